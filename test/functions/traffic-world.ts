import { memoryConfigHistory } from '../../domain/tenancy/memory-config-history.ts';
import type { Series } from '../../domain/tenancy/tenant-config.ts';
import { currentConfig } from '../../infra/tenancy/config-cache.ts';
import { judgingWorld } from '../domain/judging/judging-world.ts';

/** A tenant T001 with series, over doubles, as the Lambdas of traffic know it. */
export async function trafficWorld(series?: Series[]) {
  const world = judgingWorld(series);
  const history = memoryConfigHistory();
  await history.appendOnce('T001', world.config);
  const clock = () => world.time.now;
  const { store, anomalies, watches } = world.ports;
  const { tweaks } = world;
  const reader = { configs: currentConfig(history, clock), store, anomalies, tweaks, watches, clock };
  return { ...world, history, clock, reader };
}

export type TrafficWorld = Awaited<ReturnType<typeof trafficWorld>>;
