import { StackFault } from '../stack-fault.ts';

/** What the expressions of a prefix stand for. */
export interface PrefixFacts {
  /** Of the records of the object. */
  partitionKeys?: Record<string, string>;
  errorOutputType?: string;
  /** Epoch milliseconds: when the oldest record of the object arrived. */
  arrivedAt: number;
}

/** Evaluates a prefix ("Understand custom prefixes for Amazon S3 objects"). */
export function prefixOf(expression: string, facts: PrefixFacts): string {
  return expression.replace(/!\{(\w+):([^}]+)\}/g, (whole, namespace: string, name: string) => {
    const value = namespaces[namespace]?.(name, facts);
    if (value === undefined) throw new StackFault(`The prefix ${expression}: nothing is known of ${whole}.`);
    return value;
  });
}

const namespaces: Record<string, (name: string, facts: PrefixFacts) => string | undefined> = {
  partitionKeyFromLambda: (name, { partitionKeys }) => partitionKeys?.[name],
  firehose: (name, { errorOutputType }) => (name === 'error-output-type' ? errorOutputType : undefined),
  timestamp: (pattern, { arrivedAt }) => timestampParts(arrivedAt)[pattern],
};

function timestampParts(at: number): Record<string, string> {
  const [yyyy = '', MM = '', dd = '', HH = ''] = new Date(at).toISOString().split(/[-T:]/);
  return { yyyy, MM, dd, HH };
}

/** `<prefix><delivery stream>-1-2026-11-21-10-05-00-<uuid><extension>` */
export function objectKey(
  prefix: string,
  { name, extension, at, uniqueId }: { name: string; extension: string; at: number; uniqueId: string },
): string {
  const second = new Date(at).toISOString().slice(0, 19).replaceAll(/[T:]/g, '-');
  return `${prefix}${name}-1-${second}-${uniqueId}${extension}`;
}
