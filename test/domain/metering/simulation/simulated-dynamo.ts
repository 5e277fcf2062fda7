import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Lots } from './lots.ts';
import type { Process, Scheduler } from './scheduler.ts';

export type Item = Record<string, AttributeValue>;

/** What may go wrong, each with its probability. All are 0 once the world is to come to rest. */
export interface Faults {
  throttle: number;
  crash: number;
  /** A write takes place, but its answer is lost, or comes after the client has made it again. */
  lostAnswer: number;
  repeatedWrite: number;
  unprocessedKey: number;
  /** An eventual read shows an earlier state. */
  staleRead: number;
}

/** What a wrong program would do, to prove that the simulation finds it. */
export type Mutation = 'no-condition' | 'seal-after-create' | 'no-mark';

export type Happening =
  | 'throttle'
  | 'crash'
  | 'lost answer'
  | 'repeated write'
  | 'unprocessed key'
  | 'stale read'
  | 'refused condition'
  | 'sealed page';

/** The states of one item, the present one last; undefined where there is none. */
type States = (Item | undefined)[];

const statesMax = 4;

/**
 * One table, as DynamoDB behaves at its worst: reads of several items are no snapshot, answers are cut short,
 * anything may be throttled, and the caller may die before or after whatever it does.
 */
export class SimulatedDynamo {
  readonly #partitions = new Map<string, Map<string, States>>();
  readonly #lots: Lots;
  readonly #scheduler: Scheduler;
  readonly #mutation: Mutation | undefined;
  readonly #heldSeals = new Map<string, Item>();
  faults: Faults;
  /** Called with every page, hash key or registry item that is written. */
  onWrite: (item: Item, former: Item | undefined, process: Process) => void = () => {};
  onCrash: (process: Process) => void = () => {};
  /** Called with what happens, by name, so that a test can see that all of it does. */
  onEvent: (name: Happening) => void = () => {};

  constructor(lots: Lots, scheduler: Scheduler, faults: Faults, mutation?: Mutation) {
    this.#lots = lots;
    this.#scheduler = scheduler;
    this.faults = faults;
    this.#mutation = mutation;
  }

  /** The client of one process. It is a DynamoDBClient in all but what `send` does. */
  clientOf(process: Process): DynamoDBClient {
    const client = Object.create(DynamoDBClient.prototype) as DynamoDBClient;
    client.send = ((command: unknown) => this.#send(command, process)) as DynamoDBClient['send'];
    return client;
  }

  /** Present items whose partition key begins so. */
  items(pkPrefix: string): Item[] {
    return [...this.#partitions]
      .filter(([pk]) => pk.startsWith(pkPrefix))
      .flatMap(([, items]) => [...items.values()].map((states) => states.at(-1)))
      .filter((item) => item !== undefined);
  }

  /** Present item of this key. */
  item(pk: string, sk: string): Item | undefined {
    return this.#partitions.get(pk)?.get(sk)?.at(-1);
  }

  /** Puts an item as an operator would, without faults. */
  put(item: Item): void {
    this.#statesOf(item.pk?.S as string, item.sk?.S as string).push(item);
  }

  /** What TTL does, to any item past its expiry. */
  delete(item: Item): void {
    this.#statesOf(item.pk?.S as string, item.sk?.S as string).push(undefined);
  }

  async #send(command: unknown, process: Process): Promise<unknown> {
    await this.#scheduler.turn(process);
    if (this.#happens('throttle', this.faults.throttle)) throw named('ThrottlingException');
    if (command instanceof BatchGetItemCommand) return this.#batchGet(command, process);
    if (command instanceof QueryCommand) return this.#query(command, process);
    if (command instanceof GetItemCommand) {
      const { Key, ConsistentRead } = command.input;
      return { Item: this.#read(Key?.pk?.S as string, Key?.sk?.S as string, ConsistentRead === true) };
    }
    return this.#write(command, process);
  }

  async #write(command: unknown, process: Process): Promise<unknown> {
    await this.#mayCrash(process);
    this.#apply(command, process);
    await this.#mayCrash(process);
    await this.#scheduler.turn(process);
    if (this.#happens('lost answer', this.faults.lostAnswer)) throw named('TimeoutError');
    if (this.#happens('repeated write', this.faults.repeatedWrite)) this.#apply(command, process);
    return {};
  }

  async #mayCrash(process: Process): Promise<void> {
    if (!this.#happens('crash', this.faults.crash)) return;
    process.isAlive = false;
    this.onCrash(process);
    await this.#scheduler.turn(process);
  }

  #apply(command: unknown, process: Process): void {
    if (command instanceof PutItemCommand) this.#put(command, process);
    else if (command instanceof UpdateItemCommand) this.#update(command, process);
    else throw new Error('The simulation does not know this command.');
  }

  #put({ input }: PutItemCommand, process: Process): void {
    const item = structuredClone(input.Item) as Item;
    const states = this.#statesOf(item.pk?.S as string, item.sk?.S as string);
    const read = input.ExpressionAttributeValues?.[':read']?.N;
    const isMet = read === undefined ? !states.at(-1) : states.at(-1)?.rev?.N === read;
    if (!isMet && this.#mutation !== 'no-condition') {
      this.onEvent('refused condition');
      throw conditionFailed();
    }
    if (this.#mutation === 'seal-after-create') this.#sealAfterCreate(states, item, process);
    else this.#store(states, item, process);
  }

  /** The full page is put unsealed, and sealed as it was once the next one is there. */
  #sealAfterCreate(states: States, item: Item, process: Process): void {
    const place = `${item.pk?.S}#${item.sk?.S?.slice(0, -6)}`;
    if (item.sealed?.BOOL) this.#heldSeals.set(place, item);
    this.#store(states, { ...item, sealed: { BOOL: false } }, process);
    const held = this.#heldSeals.get(place);
    if (!held || item.rev?.N !== '1' || held === item) return;
    this.#heldSeals.delete(place);
    this.#store(this.#statesOf(held.pk?.S as string, held.sk?.S as string), held, process);
  }

  #update({ input }: UpdateItemCommand, process: Process): void {
    if (this.#mutation === 'no-mark') return;
    const { pk, sk } = input.Key as Item;
    const states = this.#statesOf(pk?.S as string, sk?.S as string);
    const former = states.at(-1);
    const day = input.ExpressionAttributeNames?.['#day'] as string;
    const markedAt = input.ExpressionAttributeValues?.[':markedAt'] as AttributeValue;
    if (input.UpdateExpression !== 'SET #day = :markedAt')
      throw new Error('The simulation knows only marks.');
    if (former?.[day] && Number(former[day].N) >= Number(markedAt.N)) throw conditionFailed();
    this.#store(
      states,
      { pk: pk as AttributeValue, sk: sk as AttributeValue, ...former, [day]: markedAt },
      process,
    );
  }

  #store(states: States, item: Item, process: Process): void {
    this.onWrite(item, states.at(-1), process);
    if (item.sealed?.BOOL) this.onEvent('sealed page');
    states.push(item);
    if (states.length > statesMax) states.shift();
  }

  /** Key by key, with others' turns in between. */
  async #batchGet({ input }: BatchGetItemCommand, process: Process): Promise<unknown> {
    const [[table, request]] = Object.entries(input.RequestItems ?? {}) as [
      [string, { Keys: Item[]; ConsistentRead?: boolean }],
    ];
    if (request.Keys.length > 100) throw named('ValidationException');
    const items: Item[] = [];
    const unprocessed: Item[] = [];
    for (const key of request.Keys) {
      if (this.#lots.chance(0.2)) await this.#scheduler.turn(process);
      if (this.#happens('unprocessed key', this.faults.unprocessedKey)) unprocessed.push(key);
      else {
        const item = this.#read(key.pk?.S as string, key.sk?.S as string, request.ConsistentRead === true);
        if (item) items.splice(this.#lots.int(0, items.length), 0, item);
      }
    }
    return {
      Responses: { [table]: items },
      UnprocessedKeys: unprocessed.length > 0 ? { [table]: { ...request, Keys: unprocessed } } : {},
    };
  }

  /** Item by item along the sort key, with others' turns in between, and cut short anywhere. */
  async #query({ input }: QueryCommand, process: Process): Promise<unknown> {
    const values = input.ExpressionAttributeValues as Item;
    const pk = values[':pk']?.S as string;
    const [from, to] = [values[':from']?.S ?? '', values[':to']?.S ?? '\u{10ffff}'];
    let after = input.ExclusiveStartKey?.sk?.S;
    const Items: Item[] = [];
    for (;;) {
      if (this.#lots.chance(0.3)) await this.#scheduler.turn(process);
      const sks = [...(this.#partitions.get(pk)?.keys() ?? [])].sort();
      if (input.ScanIndexForward === false) return { Items: this.#lastOf(pk, sks) };
      const sk = sks.find((each) => each >= from && each <= to && (after === undefined || each > after));
      if (sk === undefined) return { Items };
      after = sk;
      const item = this.#read(pk, sk, input.ConsistentRead === true);
      if (item) Items.push(projected(item, input));
      if (this.#lots.chance(0.1)) return { Items, LastEvaluatedKey: { pk: { S: pk }, sk: { S: sk } } };
    }
  }

  #lastOf(pk: string, sks: string[]): Item[] {
    const item = this.#read(pk, sks.at(-1) ?? '', true);
    return item ? [item] : [];
  }

  #read(pk: string, sk: string, isConsistent: boolean): Item | undefined {
    const states = this.#partitions.get(pk)?.get(sk);
    if (!states) return undefined;
    const isStale = !isConsistent && this.#happens('stale read', this.faults.staleRead);
    const item = isStale ? this.#lots.pick(states) : states.at(-1);
    return item && { ...item };
  }

  #happens(name: Happening, probability: number): boolean {
    const does = this.#lots.chance(probability);
    if (does) this.onEvent(name);
    return does;
  }

  #statesOf(pk: string, sk: string): States {
    const items = this.#partitions.get(pk) ?? new Map<string, States>();
    this.#partitions.set(pk, items);
    const states: States = items.get(sk) ?? [undefined];
    items.set(sk, states);
    return states;
  }
}

function projected(
  item: Item,
  { ProjectionExpression, ExpressionAttributeNames }: QueryCommand['input'],
): Item {
  if (!ProjectionExpression) return item;
  const names = ProjectionExpression.split(', ').map((name) => ExpressionAttributeNames?.[name]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

const named = (name: string): Error => Object.assign(new Error(name), { name });

const conditionFailed = () =>
  new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });
