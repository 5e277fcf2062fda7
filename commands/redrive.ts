import { parseArgs } from 'node:util';
import { SQSClient } from '@aws-sdk/client-sqs';
import { runCommand } from './command-fault.ts';
import { deadLetterQueue, deadLetterQueues, redrive } from './dead-letters.ts';
import { findStack, targetHelp, targetOptions } from './stack-target.ts';

const help = `npm run redrive -- ${Object.keys(deadLetterQueues).join('|')}

Sends messages that were given up back to their queue, once what kept them from being worked on is mended.

${targetHelp}`;

/** `npm run redrive`: what was given up is tried again. */
await runCommand(async () => {
  const options = { ...targetOptions, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help || positionals.length === 0) return console.log(help);
  const { from, to } = deadLetterQueue(positionals[0]);
  const stack = await findStack(values);
  const client = new SQSClient(stack.client('sqs'));
  try {
    const queues = { from: stack.resource(from), to: stack.resource(to) };
    const moved = await redrive(client, queues, (sofar) => {
      if (sofar % 100 === 0) console.log(`${sofar} sent back so far`);
    });
    console.log(moved === 0 ? 'Nothing was given up.' : `${moved} sent back.`);
  } finally {
    client.destroy();
  }
});
