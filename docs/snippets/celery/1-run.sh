mkdir queue results
export BROKER_URL=filesystem:// RESULT_URL="file://$PWD/results"
celery --app tasks worker --concurrency 2 --loglevel warning >worker.log 2>&1 &
worker=$!
trap 'kill $worker; wait $worker || cat worker.log' EXIT
python send.py
