import type { EventHashKey } from './event-hash-keys.ts';
import { sipBlocks, sipState, sipStateWords } from './sip-hash.ts';
import { writeUtf8 } from './utf8.ts';

/** Two ids of at most 128 characters, 3 bytes of UTF-8 each at most, with their lengths: room to spare. */
const messageBytesFirst = 1024;
const devicesFirst = 64;
/** What is kept of a device: the state after its whole blocks, the two words behind them, and its length in bytes. */
const tailAt = sipStateWords;
const lengthAt = tailAt + 2;
const deviceWords = lengthAt + 1;

/**
 * Hashes the identity of an event inside its window, (device, event id), to 64 bits that are never all zero.
 *
 * The message is each id's length in bytes (32 bits, little-endian) and its UTF-8, so that ('ab', 'c') and
 * ('a', 'bc') differ. The device comes first, so what it contributes is worked out once for all its events. One
 * object hashes one event after another without allocating: `low` and `high` hold the last hash.
 */
export class EventIdHash {
  low = 0;
  high = 0;
  readonly #start: Int32Array;
  readonly #out = new Int32Array(2);
  #bytes = new Uint8Array(messageBytesFirst);
  #words = new Int32Array(this.#bytes.buffer);
  #devices = new Int32Array(devicesFirst * deviceWords);
  #devicesEnd = 0;

  constructor(key: EventHashKey) {
    if (key.secret.length !== 16) throw new Error(`A hash key has 16 bytes, not ${key.secret.length}.`);
    this.#start = sipState(new Int32Array(Uint8Array.from(key.secret).buffer));
  }

  /** Lets go of the devices that `device` was asked for. */
  forgetDevices(): void {
    this.#devicesEnd = 0;
  }

  /** The device's place, for `hash`: good until the devices are forgotten. */
  device(deviceId: string): number {
    this.#fit(4 + 3 * deviceId.length);
    const end = this.#write(deviceId, 0);
    const place = this.#devicesEnd;
    this.#devicesEnd += deviceWords;
    if (this.#devicesEnd > this.#devices.length) this.#growDevices();
    const devices = this.#devices;
    const blocks = end >> 3;
    sipBlocks(this.#start, 0, this.#words, blocks, false, devices, place);
    devices[place + tailAt] = this.#words[blocks * 2]!;
    devices[place + tailAt + 1] = this.#words[blocks * 2 + 1]!;
    devices[place + lengthAt] = end;
    return place;
  }

  hash(device: number, eventId: string): void {
    this.#fit(8 + 4 + 3 * eventId.length);
    const devices = this.#devices;
    this.#words[0] = devices[device + tailAt]!;
    this.#words[1] = devices[device + tailAt + 1]!;
    const deviceBytes = devices[device + lengthAt]!;
    const end = this.#write(eventId, deviceBytes & 7);
    // The last block is zero behind the last byte, and its highest byte is the length of the whole message.
    const blocks = (end >> 3) + 1;
    const last = blocks * 8 - 1;
    for (let at = end; at < last; at++) this.#bytes[at] = 0;
    this.#bytes[last] = (deviceBytes & ~7) + end;
    sipBlocks(devices, device, this.#words, blocks, true, this.#out, 0);
    this.low = this.#out[0]!;
    this.high = this.#out[1]!;
    // The id table marks an empty place by zero, so the one hash in 2^64 that is zero becomes another.
    if (this.low === 0 && this.high === 0) this.low = 1;
  }

  /** Makes room for so many bytes and the rest of their last block. */
  #fit(bytes: number): void {
    if (bytes + 8 <= this.#bytes.length) return;
    this.#bytes = new Uint8Array(2 ** Math.ceil(Math.log2(bytes + 8)));
    this.#words = new Int32Array(this.#bytes.buffer);
  }

  #growDevices(): void {
    const longer = new Int32Array(this.#devices.length * 2);
    longer.set(this.#devices);
    this.#devices = longer;
  }

  /** Writes the text's length and bytes from `start` on; answers where they end. */
  #write(text: string, start: number): number {
    const bytes = this.#bytes;
    const end = writeUtf8(bytes, start + 4, text);
    const length = end - start - 4;
    bytes[start] = length;
    bytes[start + 1] = length >> 8;
    bytes[start + 2] = length >> 16;
    bytes[start + 3] = length >> 24;
    return end;
  }
}
