/** A request's target, taken apart but not decoded: nothing in it is resolved or made simpler. */
export interface RequestTarget {
  /** As it was sent, with its leading slash. */
  path: string;
  query: URLSearchParams;
}

/**
 * Reads the request line's target: `/path?query`, or absolute as proxies send it. Undefined where it is
 * neither, or holds characters that belong percent-encoded.
 */
export function parseTarget(target: string): RequestTarget | undefined {
  const local = target.replace(/^https?:\/\/[^/?#]*/i, '');
  if (!/^[/?]/.test(local) && local !== '') return undefined;
  if (!/^[\x21\x24-\x3b\x3d\x3f-\x5f\x61-\x7e]*$/.test(local)) return undefined;
  const [path = '', ...query] = local.split('?');
  return { path: path || '/', query: new URLSearchParams(query.join('?')) };
}
