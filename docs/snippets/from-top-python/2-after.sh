python after.py
