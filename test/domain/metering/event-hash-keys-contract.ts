import { beforeEach, expect, it } from 'vitest';
import type { EventHashKeys } from '../../../domain/metering/windows/event-hash-keys.ts';

/** What EventHashKeys promises. `create` opens the same, at first empty, store again and again within a test. */
export function eventHashKeysContract(openStore: () => Promise<() => EventHashKeys>): void {
  let open: () => EventHashKeys;
  beforeEach(async () => {
    open = await openStore();
  });

  it('makes version 1 where there is none, and gives it out from then on', async () => {
    const keys = open();
    const key = await keys.current();
    expect(key).toMatchObject({ version: 1 });
    expect(key.secret).toHaveLength(16);
    expect(await keys.at(1)).toEqual(key);
    expect(await open().current()).toEqual(key);
    expect(await open().at(1)).toEqual(key);
  });

  it('gives all of several first callers one key', async () => {
    const keys = await Promise.all([open(), open(), open()].map((each) => each.current()));
    expect(keys[1]).toEqual(keys[0]);
    expect(keys[2]).toEqual(keys[0]);
  });

  it('rejects a version that does not exist, since what it hashed cannot be told apart', async () => {
    await expect(open().at(7)).rejects.toThrow('ersion 7');
  });
}
