#!/bin/sh
# Deletes the contacts of leavers.txt; a run that was cut off is taken up by the next one.
set -u
cd "$(dirname "$0")" || exit 2
export DINGTALK_JOURNAL="$PWD/clean-up.journal.jsonl"

dingtalk-extcontact delete --file leavers.txt --missing-ok --yes --json \
    --journal "$DINGTALK_JOURNAL" >outcomes.jsonl 2>clean-up.log
status=$?
case $status in
    0) echo "every contact is gone" ;;
    1) echo "some are left: see outcomes.jsonl" ;;
    130) echo "interrupted: the next run goes on" ;;
    *) echo "nothing was sent: see clean-up.log" ;;
esac
exit $status
