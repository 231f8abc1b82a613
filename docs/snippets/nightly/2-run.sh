sh clean-up.sh
tail -n 1 outcomes.jsonl
