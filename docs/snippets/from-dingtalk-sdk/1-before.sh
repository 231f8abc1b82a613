python before.py
