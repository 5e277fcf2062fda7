/** The console's views. Each has an address behind the `#`, which the server never sees. */
export type View =
  | 'overview'
  | 'accounts'
  | 'account'
  | 'device'
  | 'traffic'
  | 'anomalies'
  | 'anomaly'
  | 'unknown';

/** Where somebody is: a view, the ids that it is of, and what is chosen in it. */
export interface Place {
  view: View;
  ids: string[];
  query: Record<string, string>;
}

/** Patterns of paths; `*` stands for an id, percent-encoded as one segment. */
const paths: Record<Exclude<View, 'unknown'>, string[][]> = {
  overview: [[]],
  accounts: [['accounts']],
  account: [['accounts', '*']],
  device: [['accounts', '*', 'devices', '*']],
  traffic: [['traffic'], ['traffic', '*']],
  anomalies: [['anomalies']],
  anomaly: [['anomalies', '*']],
};

/** Reads `location.hash`. What is no place of ours is the view `unknown`. */
export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const segments = path.split('/').filter((segment) => segment !== '');
  for (const [view, patterns] of Object.entries(paths)) {
    const pattern = patterns.find((each) => matches(each, segments));
    if (!pattern) continue;
    const ids = segments.filter((_, index) => pattern[index] === '*').map(decode);
    if (ids.includes(undefined)) break;
    return {
      view: view as View,
      ids: ids as string[],
      query: Object.fromEntries(new URLSearchParams(query)),
    };
  }
  return { view: 'unknown', ids: [], query: {} };
}

const matches = (pattern: string[], segments: string[]): boolean =>
  pattern.length === segments.length &&
  pattern.every((part, index) => part === '*' || part === segments[index]);

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** The address of a place. Members of `query` that are undefined or empty are left out. */
export function hashOf(
  view: Exclude<View, 'unknown'>,
  ids: string[] = [],
  query: Record<string, string | number | undefined> = {},
): string {
  const pattern = paths[view].find((each) => each.filter((part) => part === '*').length === ids.length) ?? [];
  const left = [...ids];
  const path = pattern.map((part) => (part === '*' ? encodeURIComponent(left.shift() ?? '') : part));
  const chosen = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(
    chosen.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return `#/${path.join('/')}${search && `?${search}`}`;
}
