import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions, functionNames } from '../../infra/bundle.js';
import {
  functionId,
  ofType,
  type PackagedStack,
  packageStack,
  propertiesOf,
  root,
} from './support/packaged-stack.ts';
import { isAllowed, resourceArn, roleStatements, tenantTopicArn } from './support/role-policies.ts';

/** What each Lambda may do, by resource, beside writing its log. Whoever changes a role changes this line too. */
const granted: Record<string, Record<string, string[]>> = {
  'authorize-tenant': { TenantsTable: ['dynamodb:GetItem', 'dynamodb:UpdateItem'] },
  'ingest-events': {
    TenantsTable: ['dynamodb:Query'],
    AccountsTable: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
    EventStream: ['kinesis:PutRecords'],
  },
  'record-usage': {
    TenantsTable: ['dynamodb:GetItem', 'dynamodb:Query'],
    AccountsTable: ['dynamodb:BatchGetItem', 'dynamodb:GetItem'],
    LimitQueue: ['sqs:SendMessage'],
    TrafficTable: ['dynamodb:UpdateItem'],
    UsageTable: [
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ],
    QuarantineBucket: ['s3:PutObject'],
    // Done by the mapping in the name of its function.
    FailedBatchesBucket: ['s3:ListBucket', 's3:PutObject'],
    EventStream: [
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
    ],
  },
  'transform-lake-records': {},
  'file-failed-batches': {
    FailedBatchesBucket: ['s3:DeleteObject', 's3:GetObject', 's3:ListBucket'],
    QuarantineBucket: ['s3:PutObject'],
  },
  'count-traffic': {
    TenantsTable: ['dynamodb:GetItem'],
    TrafficTable: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    QuarantineBucket: ['s3:PutObject'],
    EventStream: [
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
    ],
  },
  'put-heartbeats': {
    TrafficTable: ['dynamodb:Query', 'dynamodb:UpdateItem'],
    EventStream: ['kinesis:ListShards', 'kinesis:PutRecords'],
  },
  'enforce-limit': {
    TenantsTable: ['dynamodb:GetItem', 'dynamodb:Query'],
    UsageTable: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    AccountsTable: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    LimitQueue: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    TenantTopics: ['sns:Publish'],
  },
  'evaluate-accounts': {
    TenantsTable: ['dynamodb:Query'],
    UsageTable: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    AccountsTable: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem'],
    LimitQueue: ['sqs:SendMessage'],
    EvaluationQueue: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
  },
  'announce-resumptions': {
    TenantsTable: ['dynamodb:Query'],
    AccountsTable: ['dynamodb:Query'],
    LimitQueue: ['sqs:SendMessage'],
  },
  'fan-out-jobs': {
    TenantsTable: ['dynamodb:Query'],
    RollUpQueue: ['sqs:SendMessage'],
    DetectionQueue: ['sqs:SendMessage'],
  },
  'detect-anomalies': {
    TenantsTable: ['dynamodb:Query'],
    TrafficTable: [
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ],
    AnomalyQueue: ['sqs:SendMessage'],
    DetectionQueue: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
  },
  'notify-anomaly': {
    TenantsTable: ['dynamodb:GetItem', 'dynamodb:Query'],
    TrafficTable: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    AccountsTable: ['dynamodb:UpdateItem'],
    AnomalyQueue: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    TenantTopics: ['sns:Publish'],
  },
  'query-traffic': {
    TenantsTable: ['dynamodb:Query'],
    TrafficTable: ['dynamodb:GetItem', 'dynamodb:Query'],
    QuarantineBucket: ['s3:ListBucket'],
  },
  'tune-series': {
    TenantsTable: ['dynamodb:Query'],
    TrafficTable: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
  },
  'roll-up-days': {
    TenantsTable: ['dynamodb:Query'],
    AccountsTable: ['dynamodb:BatchGetItem', 'dynamodb:GetItem'],
    LimitQueue: ['sqs:SendMessage'],
    UsageTable: [
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ],
    RollUpQueue: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
  },
  'query-usage': {
    TenantsTable: ['dynamodb:Query'],
    UsageTable: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
    AccountsTable: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
  },
  'check-access': { AccountsTable: ['dynamodb:GetItem'] },
  'configure-account': {
    TenantsTable: ['dynamodb:Query'],
    UsageTable: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    AccountsTable: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem'],
    LimitQueue: ['sqs:SendMessage'],
    EvaluationQueue: ['sqs:SendMessage'],
  },
  'configure-tenant': {
    TenantsTable: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    EvaluationQueue: ['sqs:SendMessage'],
  },
  'describe-api': {},
  'serve-console': {},
};

/** By service: whatever any of our Lambdas may do, and what none may. */
const tried: Record<string, string[]> = {
  'AWS::DynamoDB::Table': [
    'dynamodb:BatchGetItem',
    'dynamodb:BatchWriteItem',
    'dynamodb:DeleteItem',
    'dynamodb:DeleteTable',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:Scan',
    'dynamodb:UpdateItem',
    'dynamodb:UpdateTable',
  ],
  'AWS::Kinesis::Stream': [
    'kinesis:DeleteStream',
    'kinesis:DescribeStream',
    'kinesis:DescribeStreamSummary',
    'kinesis:GetRecords',
    'kinesis:GetShardIterator',
    'kinesis:ListShards',
    'kinesis:PutRecord',
    'kinesis:PutRecords',
  ],
  'AWS::SQS::Queue': [
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:PurgeQueue',
    'sqs:ReceiveMessage',
    'sqs:SendMessage',
  ],
  'AWS::S3::Bucket': ['s3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject'],
  'AWS::SNS::Topic': ['sns:Publish'],
};

/** Actions on the objects of a bucket, not on the bucket. */
const isOnObjects = (action: string): boolean => /^s3:\w+Object$/.test(action);

let stack: PackagedStack;
let metafile: Metafile;
const names = await functionNames();

beforeAll(async () => {
  stack = await packageStack();
  metafile = await bundleFunctions(join(stack.folder, 'dist'));
});
afterAll(() => stack?.remove());

const roleOf = (name: string): string => propertiesOf(stack, functionId(name)).Role['Fn::GetAtt'][0];

describe('roles', () => {
  it('are one a function, which no other service may take on', () => {
    const roles = names.map(roleOf);
    expect(new Set(roles).size).toBe(names.length);
    for (const role of roles) {
      expect(propertiesOf(stack, role).AssumeRolePolicyDocument.Statement).toEqual([
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ]);
      expect(propertiesOf(stack, role).ManagedPolicyArns, role).toBeUndefined();
    }
  });

  it('name every action, and every resource but for what cannot be named', () => {
    for (const role of names.map(roleOf)) {
      for (const { Action, Resource } of roleStatements(stack, role)) {
        for (const action of [Action].flat()) expect(action).not.toContain('*');
        // Objects, streams of a log group and topics of tenants come and go: of those alone all are meant.
        for (const resource of [Resource].flat()) {
          expect(resource).toMatch(
            /^arn:aws:(s3:::\w+\/(failed\/)?\*|sns:[\w:-]+:tidegate-test_\*|logs:[\w:-]+:log-group:\w+:\*|[^*]+)$/,
          );
        }
      }
    }
  });

  it.each(names)('%s may do what it does, and nothing else', async (name) => {
    const statements = roleStatements(stack, roleOf(name));
    const allowed: Record<string, string[]> = {};
    for (const [type, actions] of Object.entries(tried)) {
      for (const [id] of ofType(stack, type)) {
        for (const action of actions) {
          const arn = `${resourceArn(stack, id)}${isOnObjects(action) ? '/an-object' : ''}`;
          if (await isAllowed(statements, action, arn)) allowed[id] = [...(allowed[id] ?? []), action];
        }
      }
    }
    const mayTell = (stackName?: string) =>
      isAllowed(statements, 'sns:Publish', tenantTopicArn('T001', stackName));
    if (await mayTell()) allowed.TenantTopics = ['sns:Publish'];
    expect(await mayTell('tidegate-prod')).toBe(false);
    expect(allowed).toEqual(granted[name]);
  });

  it('let what files failures empty the failures of the lake, and read nothing else there', async () => {
    const statements = roleStatements(stack, roleOf('file-failed-batches'));
    for (const action of ['s3:GetObject', 's3:DeleteObject', 's3:PutObject']) {
      const isGranted = action !== 's3:PutObject';
      const lake = resourceArn(stack, 'LakeBucket');
      expect(await isAllowed(statements, action, `${lake}/failed/an-object`)).toBe(isGranted);
      expect(await isAllowed(statements, action, `${lake}/tenant=T001/an-object`)).toBe(false);
    }
  });

  it.each(names)('%s may write its own log alone', async (name) => {
    const statements = roleStatements(stack, roleOf(name));
    const own = propertiesOf(stack, functionId(name)).FunctionName;
    for (const [id, { Properties }] of ofType(stack, 'AWS::Logs::LogGroup')) {
      const stream = resourceArn(stack, id).replace(/:\*$/, ':log-stream:a-stream');
      const isOwn = Properties.LogGroupName === `/aws/lambda/${own}`;
      expect({ id, may: await isAllowed(statements, 'logs:PutLogEvents', stream) }).toEqual({
        id,
        may: isOwn,
      });
    }
  });
});

/** Adapters that a function bundles may hold commands that it never sends; those are named here, with who does. */
const unsent: Record<string, string[]> = {
  'authorize-tenant': ['dynamodb:PutItem', 'dynamodb:Query'], // npm run tenant
  'ingest-events': ['dynamodb:DeleteItem', 'dynamodb:PutItem'], // enforce-limit, configure-tenant
  // enforce-limit, record-usage, roll-up-days
  'query-usage': ['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
  'query-traffic': ['dynamodb:PutItem', 'dynamodb:UpdateItem'], // detect-anomalies, count-traffic
  'check-access': ['dynamodb:BatchGetItem', 'dynamodb:PutItem'], // ingest-events, configure-account
  'configure-account': ['dynamodb:UpdateItem'], // record-usage
  'fan-out-jobs': ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], // authorize-tenant
  'record-usage': ['dynamodb:DeleteItem'], // enforce-limit
  'count-traffic': ['dynamodb:DeleteItem'], // detect-anomalies
  'roll-up-days': ['dynamodb:DeleteItem'], // enforce-limit
  'evaluate-accounts': ['dynamodb:UpdateItem'], // record-usage
  // authorize-tenant, enforce-limit
  'announce-resumptions': [
    'dynamodb:DeleteItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
  ],
};

/** What the methods of `S3Objects` send. */
const s3Actions: Record<string, string> = {
  put: 's3:PutObject',
  get: 's3:GetObject',
  remove: 's3:DeleteObject',
};

/** AWS's names of what an adapter's source sends. */
async function actionsOfAdapters(name: string): Promise<Set<string>> {
  const { inputs } = outputOf(name);
  const files = Object.entries(inputs).filter(
    ([file, { bytesInOutput }]) => /^infra\//.test(file) && bytesInOutput > 0,
  );
  const actions = new Set<string>();
  for (const [file] of files) {
    const source = await readFile(join(root, file), 'utf8');
    const service = /@aws-sdk\/client-(dynamodb|kinesis|sqs|sns)/.exec(source)?.[1];
    for (const [, command] of source.matchAll(/new (\w+?)Command\(/g)) actions.add(`${service}:${command}`);
    if (/paginateQuery\(/.test(source)) actions.add('dynamodb:Query');
    for (const [, method] of source.matchAll(/\bobjects\.(\w+)\(/g)) {
      const action = s3Actions[method as string];
      if (action) actions.add(action);
    }
  }
  return actions;
}

function outputOf(name: string) {
  const found = Object.entries(metafile.outputs).find(([file]) => file.endsWith(`/${name}.js`));
  if (!found) throw new Error(`esbuild made no bundle of ${name}.`);
  return found[1];
}

/** A batch of messages needs no more than the permission of one. */
const permissionOf = (action: string): string => action.replace(/^sqs:(\w+)Batch$/, 'sqs:$1');

/** Done by Lambda's pollers in the name of the function. */
const isPolling = (action: string): boolean =>
  /^(kinesis:(Describe|Get|List)|sqs:(Receive|Delete|GetQueue)|s3:ListBucket)/.test(action);

describe('what an adapter sends', () => {
  it.each(names)('%s may send, and is granted nothing that it does not send', async (name) => {
    const sent = new Set([...(await actionsOfAdapters(name))].map(permissionOf));
    for (const action of unsent[name] ?? []) {
      expect(sent, `${name} holds no ${action} any more: take it out of the list`).toContain(action);
      sent.delete(action);
    }
    const own = Object.values(granted[name] ?? {}).flat();
    expect(new Set(own.filter((action) => !isPolling(action) || sent.has(action)))).toEqual(sent);
  });
});
