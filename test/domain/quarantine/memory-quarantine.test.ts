import { memoryQuarantine } from '../../../domain/quarantine/memory-quarantine.ts';
import { quarantineArchiveContract } from './quarantine-archive-contract.ts';
import { quarantineContract } from './quarantine-contract.ts';

quarantineContract(async () => {
  const quarantine = memoryQuarantine();
  return {
    quarantine,
    stored: async () => [...quarantine.objects].map(([key, object]) => ({ key, ...object })),
  };
});

quarantineArchiveContract(async () => memoryQuarantine());
