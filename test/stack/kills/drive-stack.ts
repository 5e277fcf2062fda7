import { createApiClient } from '../../../commands/drive/http.ts';
import { type DriveOptions, driveDefaults } from '../../../commands/drive/options.ts';
import { type Progress, silentProgress } from '../../../commands/drive/progress.ts';
import type { DriveSummary } from '../../../commands/drive/report.ts';
import { drive, spareConnections } from '../../../commands/drive/run.ts';
import { fixedTarget, type TargetSource } from '../../../commands/drive/target.ts';
import type { LocalJson } from '../../../local/local-json.ts';

/** The first demo tenant of a local stack, with all its keys. */
export function firstTenant({ api, control, tenants }: LocalJson): TargetSource {
  const [tenant] = tenants;
  if (!tenant) throw new Error('The local stack has no tenant.');
  return fixedTarget({ api, control, ...tenant });
}

let drives = 0;

/** Drives a stack; each call has accounts of its own. */
export async function driveStack(
  target: TargetSource,
  options: Partial<DriveOptions>,
  progress: Progress = silentProgress,
): Promise<DriveSummary> {
  const all = { ...driveDefaults(`${Date.now().toString(36)}x${drives++}`), ...options };
  const client = createApiClient(target.current().api, all.connections + spareConnections);
  try {
    return await drive(all, { target, client, progress, now: Date.now });
  } finally {
    client.close();
  }
}

/** A progress that does something once, when this share of the events is sent; `done` tells that it was. */
export function whenSent(
  share: number,
  act: () => Promise<void>,
): { progress: Progress; done: Promise<void> } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let total = Number.POSITIVE_INFINITY;
  let sent = 0;
  let acted = false;
  return {
    done: promise,
    progress: {
      begin(_what, of) {
        if (total === Number.POSITIVE_INFINITY) total = of;
      },
      advance(by) {
        sent += by;
        if (acted || sent < share * total) return;
        acted = true;
        act().then(resolve, reject);
      },
      end() {},
    },
  };
}
