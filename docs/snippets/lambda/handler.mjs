import { Client, DingTalkError } from 'dingtalk-extcontact';

const client = Client.fromEnv({ rate: 2, timeout: 20_000, missingOk: true });

export async function handler(event) {
  try {
    return await client.delete(event.userId);
  } catch (error) {
    if (!DingTalkError.is(error) || error.retryable) throw error;
    return error.toJSON();
  }
}
