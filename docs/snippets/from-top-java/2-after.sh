javac After.java && java After
