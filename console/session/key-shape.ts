/** What can be told of a credential by looking at it: a key is `tg_<id>_<secret>`, its id `<tenant>-<12 characters>`. */
export type KeyShape =
  /** Nothing like a key or a token. */
  | { is: 'none' }
  /** A key of which something is missing, or too much. `secretLength` is that of what stands where the secret should. */
  | { is: 'part'; secretLength?: number }
  /** By its id it can be looked up; the id is no secret. */
  | { is: 'key'; keyId: string; tenantId: string }
  | { is: 'token' };

const secretLength = 43;
const idPattern = /^tg_(([A-Za-z0-9_-]{1,64})-[a-z2-7]{12})_([0-9A-Za-z]*)$/;
const tokenPattern = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

export function keyShape(credential: string): KeyShape {
  if (tokenPattern.test(credential)) return { is: 'token' };
  if (!/^tg_[A-Za-z0-9_-]*$/.test(credential)) return { is: 'none' };
  const [, keyId, tenantId, secret] = idPattern.exec(credential) ?? [];
  if (keyId === undefined || tenantId === undefined || secret === undefined) return { is: 'part' };
  if (secret.length !== secretLength) return { is: 'part', secretLength: secret.length };
  return { is: 'key', keyId, tenantId };
}

/** What is wrong with it, where that can be seen without asking. */
export function shapeWords(shape: KeyShape): { title: string; advice: string } | undefined {
  if (shape.is === 'none') {
    return {
      title: 'This does not look like a key.',
      advice: 'Keys begin with tg_ and have no spaces. Paste the whole of it.',
    };
  }
  if (shape.is === 'part') {
    const length = shape.secretLength;
    const seen = length === undefined ? 'this one has no such end' : `this one with ${length}`;
    return {
      title: 'This key is not whole.',
      advice: `A key ends with ${secretLength} letters and digits, ${seen}. Paste it from tg_ to its last character.`,
    };
  }
  return undefined;
}
