from tasks import erase

print(erase.delay("0004260000000").get(timeout=60))
