import { describe } from 'vitest';
import { memoryAccountRegistry } from '../../../domain/metering/memory-account-registry.ts';
import { memoryEventHashKeys } from '../../../domain/metering/windows/memory-event-hash-keys.ts';
import { memoryWindowStore } from '../../../domain/metering/windows/memory-window-store.ts';
import { accountRegistryContract } from './account-registry-contract.ts';
import { eventHashKeysContract } from './event-hash-keys-contract.ts';
import { windowStoreContract } from './window-store-contract.ts';

describe('memoryWindowStore', () => {
  windowStoreContract(async (now) => memoryWindowStore(now));
});

describe('memoryAccountRegistry', () => {
  accountRegistryContract(async () => memoryAccountRegistry());
});

describe('memoryEventHashKeys', () => {
  eventHashKeysContract(async () => {
    const keys = memoryEventHashKeys(() => new Uint8Array(16).fill(7));
    return () => keys;
  });
});
