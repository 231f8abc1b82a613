dingtalk-extcontact journal clean-up.journal.jsonl --only may-be-gone
dingtalk-extcontact journal clean-up.journal.jsonl --only not-deleted
