javac Before.java && java Before
