import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventIdHash } from '../../../domain/metering/windows/event-id-hash.ts';
import { sipBlocks, sipState } from '../../../domain/metering/windows/sip-hash.ts';

const secret = Uint8Array.from({ length: 16 }, (_, index) => index * 7);
const text = fc.string({ unit: 'binary', maxLength: 130 });

function hashOf(deviceId: string, eventId: string, hash = new EventIdHash({ version: 1, secret })) {
  hash.hash(hash.device(deviceId), eventId);
  return [hash.low, hash.high];
}

/** The same, written down plainly. */
function plainHashOf(deviceId: string, eventId: string) {
  const prefixed = (each: string) => {
    const bytes = Buffer.from(each);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const message = Buffer.concat([prefixed(deviceId), prefixed(eventId)]);
  const words = new Int32Array(
    Uint8Array.from([...message, ...new Array(16).fill(0)].slice(0, ((message.length >> 3) + 1) * 8)).buffer,
  );
  const out = new Int32Array(2);
  words[words.length - 1]! |= message.length << 24;
  sipBlocks(sipState(new Int32Array(secret.slice().buffer)), 0, words, words.length / 2, true, out, 0);
  return [...out];
}

describe('EventIdHash', () => {
  it('is SipHash of the length-prefixed UTF-8 of both ids, whatever it hashed before', () => {
    const used = new EventIdHash({ version: 1, secret });
    fc.assert(
      fc.property(text, text, (deviceId, eventId) => {
        fc.pre(deviceId.isWellFormed() && eventId.isWellFormed());
        expect(hashOf(deviceId, eventId, used)).toEqual(plainHashOf(deviceId, eventId));
      }),
    );
  });

  it('tells apart what joins to the same text', () => {
    expect(hashOf('ab', 'c')).not.toEqual(hashOf('a', 'bc'));
    expect(hashOf('', 'abc')).not.toEqual(hashOf('abc', ''));
  });

  it('hashes ids of any length', () => {
    const long = '\u{1f600}'.repeat(5_000);
    expect(hashOf(long, 'a')).toEqual(plainHashOf(long, 'a'));
  });

  it('hashes events of many devices in any order, and forgets the devices when told', () => {
    const used = new EventIdHash({ version: 1, secret });
    const devices = fc.uniqueArray(
      text.filter((each) => each.isWellFormed()),
      { minLength: 1, maxLength: 200 },
    );
    fc.assert(
      fc.property(devices, fc.infiniteStream(fc.nat()), (ids, picks) => {
        used.forgetDevices();
        const places = ids.map((id) => used.device(id));
        for (const pick of picks.take(40)) {
          const device = pick % ids.length;
          used.hash(places[device]!, `event ${pick}`);
          expect([used.low, used.high]).toEqual(plainHashOf(ids[device]!, `event ${pick}`));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('differs by key, and takes only whole keys', () => {
    const other = new EventIdHash({ version: 2, secret: new Uint8Array(16) });
    expect(hashOf('d', 'e', other)).not.toEqual(hashOf('d', 'e'));
    expect(() => new EventIdHash({ version: 3, secret: new Uint8Array(15) })).toThrow('16 bytes, not 15');
  });
});
