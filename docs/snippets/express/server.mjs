import { Client, DingTalkError } from 'dingtalk-extcontact';
import express from 'express';

const client = Client.fromEnv(); // one for the process; cluster workers have one each
const app = express();

app.delete('/contacts/:userId', async (request, response) => {
  const left = new AbortController();
  response.on('close', () => left.abort(new Error('the caller has left')));
  try {
    const { status } = await client.delete(request.params.userId, { timeout: 20_000, signal: left.signal });
    response.send(status);
  } catch (error) {
    if (!DingTalkError.is(error)) throw error;
    if (error.code === 'INVALID_USER_ID') return response.status(404).send('no such contact');
    const text = error.maybeDeleted ? `may be gone: ${error.message}` : error.message;
    response.status(error.retryable ? 503 : 502).send(text);
  }
});

const server = app.listen(process.env.LISTEN);
process.once('SIGTERM', () => server.close(() => client.close()));
