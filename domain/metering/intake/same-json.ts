/** Whether two parsed JSON values say the same; the order of an object's members says nothing. Recurses as deep as they. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (JSON.isRawJSON(a) || JSON.isRawJSON(b)) {
    return JSON.isRawJSON(a) && JSON.isRawJSON(b) && a.rawJSON === b.rawJSON;
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && isSameJson(memberOf(a, name), memberOf(b, name)));
}

const memberOf = (value: object, name: string): unknown => (value as Record<string, unknown>)[name];
