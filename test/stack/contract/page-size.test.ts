import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WindowPage } from '../../../domain/metering/windows/window-page.ts';
import { billedBytes, numberBytes, toItem } from '../../../infra/metering/window-items.ts';
import { type EmulatedDynamo, startDynamo } from '../support/dynamo.ts';

const window = { tenantId: 'T001', accountId: 'acct-42', meter: 'bytes', hour: 498_694 };
const page: WindowPage = {
  page: 0,
  rev: 1,
  sealed: false,
  value: 0,
  events: 0,
  ids: new Uint8Array(0),
  names: new Uint8Array(0),
  counts: new Uint8Array(0),
  expiresAt: 1_799_999_900,
};

describe('the bytes that a page is billed at', () => {
  let dynamo: EmulatedDynamo;
  let table: string;
  beforeAll(async () => {
    dynamo = await startDynamo();
    table = await dynamo.createTable();
  });
  afterAll(() => dynamo.stop());

  async function unitsOf(account: string, each: WindowPage): Promise<number | undefined> {
    const Item = toItem({ ...window, accountId: account }, each);
    const put = new PutItemCommand({ TableName: table, Item, ReturnConsumedCapacity: 'TOTAL' });
    return (await dynamo.client.send(put)).ConsumedCapacity?.CapacityUnits;
  }

  /** A unit more is paid from the very byte on at which the size says so. */
  it.each([
    { what: 'an empty page', changes: {} },
    { what: 'page 0 with a key version', changes: { keyVersion: 12 } },
    { what: 'a sealed page', changes: { sealed: true, page: 99_999 } },
    { what: 'names', changes: { names: new Uint8Array(300) } },
    { what: 'numbers of many digits', changes: { value: 2n ** 90n, events: 120, rev: 1_234_567 } },
    { what: 'round numbers', changes: { value: 1_200_000, events: 1_000, rev: 10, keyVersion: 100 } },
    { what: 'odd places', changes: { value: 12_300, events: 99, rev: 101, keyVersion: 1_010 } },
  ])('are those that DynamoDB counts: $what', async ({ what, changes }) => {
    const each = { ...page, ...changes };
    const account = `acct-${what}`;
    const rest = 2 * 1024 - billedBytes({ ...window, accountId: account }, each);
    expect(await unitsOf(account, { ...each, ids: new Uint8Array(rest) })).toBe(2);
    expect(await unitsOf(`${account}`, { ...each, ids: new Uint8Array(rest + 1) })).toBe(3);
  });

  it('counts names of accounts in UTF-8', () => {
    const ascii = billedBytes({ ...window, accountId: 'aaaa' }, page);
    expect(billedBytes({ ...window, accountId: '\u{1f600}' }, page)).toBe(ascii);
  });

  it.each([
    [0, 1],
    [7, 2],
    [10, 2],
    [99, 2],
    [100, 2],
    [101, 3],
    [120, 3],
    [1_200, 2],
    [1_234, 3],
    [2 ** 53 - 1, 9],
    [10n ** 30n, 2],
    [12n * 10n ** 29n, 3],
    [2n ** 53n, 9],
  ])('%d takes %d bytes', (value, bytes) => expect(numberBytes(value)).toBe(bytes));
});
