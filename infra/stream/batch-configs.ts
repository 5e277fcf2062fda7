import type { TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import type { EventLine } from '../../events/stream-record.ts';
import type { ConfigRevisions } from '../tenancy/config-revisions.ts';

/** Undefined where there is none, `unread` where reading it failed, which passes. */
export type ReadConfig = TenantConfig | 'unread' | undefined;

/** The configurations that the lines of a batch name, each asked for once. */
export class BatchConfigs {
  /** That of the line that was looked at last. */
  present: ReadConfig;
  readonly #revisions: ConfigRevisions;
  readonly #failures: Error[];
  readonly #read = new Map<string, Map<number, ReadConfig>>();
  #tenantId: string | undefined;
  #revision: number | undefined;

  constructor(revisions: ConfigRevisions, failures: Error[]) {
    this.#revisions = revisions;
    this.#failures = failures;
  }

  /** Whether the line's configuration is at hand; then it is `present`. Lines come in runs of one of them. */
  hasRead({ tenantId, config: revision }: EventLine): boolean {
    if (revision === this.#revision && tenantId === this.#tenantId) return true;
    const ofTenant = this.#read.get(tenantId);
    if (!ofTenant?.has(revision)) return false;
    this.#present(tenantId, revision, ofTenant.get(revision));
    return true;
  }

  async read({ tenantId, config: revision }: EventLine): Promise<void> {
    const config = await this.#revisions.at(tenantId, revision).catch((error: Error) => {
      this.#failures.push(error);
      return 'unread' as const;
    });
    const ofTenant = this.#read.get(tenantId) ?? new Map<number, ReadConfig>();
    this.#read.set(tenantId, ofTenant.set(revision, config));
    this.#present(tenantId, revision, config);
  }

  #present(tenantId: string, revision: number, config: ReadConfig): void {
    this.#tenantId = tenantId;
    this.#revision = revision;
    this.present = config;
  }
}
