import type { HourSpan } from '../metering/window.ts';
import { type Conservation, type ConservationTotal, totalOf } from './conservation.ts';

/** What a tenant's last recount came to. */
export interface RecountReport {
  /** When it was made, epoch milliseconds. */
  at: number;
  /** Whole hours that were compared. */
  span: HourSpan;
  /** Every window is what the lake comes to, and nothing is unaccounted for. */
  isEqual: boolean;
  /** Of all hours of the span. */
  total: ConservationTotal;
  /** The latest hours of which anything is stored, in their order. */
  hours: Conservation[];
  /** So many earlier ones are in the total alone. */
  hoursOmitted: number;
}

/** A week: one item holds them all, and is read whole whenever a person looks. */
export const reportHoursMax = 168;

/** The report as it is kept: whole in its total, and bounded in its hours. */
export function recountReport(
  { at, span, isEqual }: Pick<RecountReport, 'at' | 'span' | 'isEqual'>,
  conserved: readonly Conservation[],
): RecountReport {
  const hours = conserved.toSorted((one, other) => one.hour - other.hour).slice(-reportHoursMax);
  return {
    ...{ at, span, isEqual, hours },
    total: totalOf(conserved),
    hoursOmitted: conserved.length - hours.length,
  };
}

/** The last report of every tenant. Reads are consistent. */
export interface RecountReports {
  last(tenantId: string): Promise<RecountReport | undefined>;
  /** Replaces what stands of the tenant. Repeating it changes nothing. */
  put(tenantId: string, report: RecountReport): Promise<void>;
}
