import { describe } from 'vitest';
import { memoryDuplicateCounts } from '../../../domain/traffic/memory-duplicate-counts.ts';
import { memoryIntervalCounts } from '../../../domain/traffic/memory-interval-counts.ts';
import { memoryReopenedIntervals } from '../../../domain/traffic/memory-reopened-intervals.ts';
import { memoryShardHeartbeats } from '../../../domain/traffic/memory-shard-heartbeats.ts';
import { duplicateCountsContract } from './duplicate-counts-contract.ts';
import { intervalCountsContract } from './interval-counts-contract.ts';
import { reopenedIntervalsContract } from './reopened-intervals-contract.ts';
import { shardHeartbeatsContract } from './shard-heartbeats-contract.ts';

describe('memoryIntervalCounts', () => {
  intervalCountsContract(async () => memoryIntervalCounts());
});

describe('memoryShardHeartbeats', () => {
  shardHeartbeatsContract(async () => memoryShardHeartbeats());
});

describe('memoryReopenedIntervals', () => {
  reopenedIntervalsContract(async () => memoryReopenedIntervals());
});

describe('memoryDuplicateCounts', () => {
  duplicateCountsContract(async () => memoryDuplicateCounts());
});
