import os

from celery import Celery
from dingtalk_extcontact import Client, DingTalkError

app = Celery("erasures", broker=os.environ["BROKER_URL"], backend=os.environ["RESULT_URL"])
app.conf.update(broker_transport_options={"data_folder_in": "queue", "data_folder_out": "queue"})

# Made in the worker's process: a client refuses to be pickled, and a forked one works on.
client = Client.from_env(rate=5)


@app.task(bind=True, acks_late=True, max_retries=5)
def erase(self, user_id):
    try:
        deletion = client.delete(user_id, missing_ok=True)
    except DingTalkError as error:
        if error.retryable:
            raise self.retry(exc=error, countdown=error.retry_after or 60)
        raise
    return deletion.status
