import { describe } from 'vitest';
import { memoryAnomalyStore } from '../../../domain/judging/memory-anomaly-store.ts';
import { memoryJudgingStore } from '../../../domain/judging/memory-judging-store.ts';
import { memorySeriesTweaks } from '../../../domain/judging/memory-series-tweaks.ts';
import { memoryTenantWatches } from '../../../domain/judging/memory-tenant-watches.ts';
import { anomalyStoreContract } from './anomaly-store-contract.ts';
import { judgingStoreContract } from './judging-store-contract.ts';
import { seriesTweaksContract, tenantWatchesContract } from './settings-contract.ts';

describe('memoryJudgingStore', () => judgingStoreContract(async () => memoryJudgingStore()));
describe('memoryAnomalyStore', () => anomalyStoreContract(async () => memoryAnomalyStore()));
describe('memorySeriesTweaks', () => seriesTweaksContract(async () => memorySeriesTweaks()));
describe('memoryTenantWatches', () => tenantWatchesContract(async () => memoryTenantWatches()));
