import { expect, it } from 'vitest';
import { forQueues } from '../../../local/emulators/message-structure.ts';

const publish = (fields: Record<string, string>) =>
  new URLSearchParams({ Action: 'Publish', TopicArn: 'arn', ...fields }).toString();

it.each([
  ['its own text', { sqs: 'for queues', default: 'for others' }, 'for queues'],
  ['the default', { email: 'for mail', default: '{"a":"ä & b"}' }, '{"a":"ä & b"}'],
])('gives a queue %s', (_, texts, text) => {
  const form = publish({ MessageStructure: 'json', Message: JSON.stringify(texts) });
  expect(Object.fromEntries(new URLSearchParams(forQueues(form)))).toEqual({
    Action: 'Publish',
    TopicArn: 'arn',
    Message: text,
  });
});

it('leaves any other form as it is', () => {
  const plain = publish({ Message: '{"default":"as it is"}' });
  expect(forQueues(plain)).toBe(plain);
  expect(forQueues('Action=Subscribe&MessageStructure=json')).toBe('Action=Subscribe&MessageStructure=json');
});
