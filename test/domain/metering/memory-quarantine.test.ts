import { memoryQuarantine } from '../../../domain/metering/intake/memory-quarantine.ts';
import { quarantineContract } from './quarantine-contract.ts';

quarantineContract(async () => {
  const quarantine = memoryQuarantine();
  return {
    quarantine,
    stored: async () => [...quarantine.objects].map(([key, object]) => ({ key, ...object })),
  };
});
