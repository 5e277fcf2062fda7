import { describe, expect, it } from 'vitest';
import { ApiFault, signInWords } from '../../console/api/problem-words.ts';
import { keyShape, shapeWords } from '../../console/session/key-shape.ts';
import { drawApiKey, formatApiKey } from '../../domain/tenancy/api-key.ts';

const { keyId, secret } = drawApiKey('T_1-a', (count) => new Uint8Array(count).fill(7));
const key = formatApiKey(keyId, secret);

describe('a credential', () => {
  it('that is a whole key is known by its id', () => {
    expect(keyShape(key)).toEqual({ is: 'key', keyId, tenantId: 'T_1-a' });
    expect(shapeWords(keyShape(key))).toBeUndefined();
    expect(signInWords(new ApiFault('unauthorized'), { keyId, tenantId: 'T_1-a' }).advice).toContain(keyId);
  });

  it('of which something is missing is said to be that, wherever it was cut', () => {
    for (let length = 'tg_'.length; length < key.length; length++) {
      const shape = keyShape(key.slice(0, length));
      expect(shape.is).toBe('part');
      expect(shapeWords(shape)?.title).toBe('This key is not whole.');
    }
    expect(shapeWords(keyShape(key.slice(0, -3)))?.advice).toContain(
      '43 letters and digits, this one with 40',
    );
    expect(keyShape(`${key}x`)).toEqual({ is: 'part', secretLength: 44 });
  });

  it('that is a token is asked for', () => {
    expect(keyShape('eyJh.eyJz.c2ln')).toEqual({ is: 'token' });
    expect(signInWords(new ApiFault('unauthorized')).advice).not.toContain('undefined');
  });

  it.each(['hunter2', `${key} `, `Bearer ${key}`, 'tg_é', ''])('as %j looks like none', (credential) => {
    expect(keyShape(credential).is).toBe('none');
  });
});
