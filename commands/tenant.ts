import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { limitEvaluation } from '../infra/limits/limit-evaluation.ts';
import { sqsJobQueue } from '../infra/metering/sqs-job-queue.ts';
import { systemRandom, systemRandomBytes } from '../infra/random.ts';
import { dynamoConfigHistory } from '../infra/tenancy/dynamo-config-history.ts';
import { dynamoTenantDirectory } from '../infra/tenancy/dynamo-tenant-directory.ts';
import { evaluatedHistory } from '../infra/tenancy/evaluated-history.ts';
import { runCommand } from './command-fault.ts';
import { stackEraser } from './erase/eraser.ts';
import { apiGatewayKeys } from './gateway-keys.ts';
import { stackClients } from './stack-clients.ts';
import { findStack, type TargetOptions } from './stack-target.ts';
import { snsSubscriptions } from './subscriptions.ts';
import { runTenantCommand } from './tenant-command.ts';
import { snsTopicDirectory } from './topic-directory.ts';

/** `npm run tenant`: makes tenants, and administers their keys, configurations and issuers. */
await runCommand(() =>
  runTenantCommand(process.argv.slice(2), {
    connect,
    print: (line) => console.log(line),
    readText: (file) => readFile(file, 'utf8'),
    confirm,
  }),
);

async function connect(options: TargetOptions) {
  const stack = await findStack(options);
  const dynamodb = new DynamoDBClient(stack.client('dynamodb'));
  const sns = new SNSClient(stack.client('sns'));
  const sqs = new SQSClient(stack.client('sqs'));
  const gateway = new APIGatewayClient(stack.client('apigateway'));
  const clients = stackClients(stack);
  const table = stack.resource('TenantsTable');
  const plans = { standard: stack.resource('UsagePlanStandard'), high: stack.resource('UsagePlanHigh') };
  const administration = {
    directory: dynamoTenantDirectory(dynamodb, table),
    history: evaluatedHistory(
      dynamoConfigHistory(dynamodb, table),
      limitEvaluation(sqsJobQueue(sqs, stack.resource('EvaluationQueue'), { random: systemRandom })),
    ),
    gatewayKeys: apiGatewayKeys(gateway, stack.name, plans),
    topics: snsTopicDirectory(sns, stack.name),
    subscriptions: snsSubscriptions(sns),
    clock: stack.clock,
    randomBytes: systemRandomBytes,
  };
  return {
    administration,
    eraser: stackEraser({ stack, clients, ...administration }),
    close: () => {
      for (const client of [dynamodb, sns, sqs, gateway]) client.destroy();
      clients.close();
    },
  };
}

/** Nobody can be asked where it is not a person who runs it. */
async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
