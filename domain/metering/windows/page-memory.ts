/** Memory is asked for in blocks of this size: a typed array with memory of its own costs as much as counting an event. */
const blockBytes = 8 * 1024;

let block = new ArrayBuffer(blockBytes);
let used = 0;

/** Zeroed bytes for the parts of pages, which are many and small. A block lives as long as any page of it. */
export function pageMemory(bytes: number): Uint8Array<ArrayBuffer> {
  if (bytes > blockBytes / 8) return new Uint8Array(bytes);
  if (used + bytes > blockBytes) {
    block = new ArrayBuffer(blockBytes);
    used = 0;
  }
  const part = new Uint8Array(block, used, bytes);
  used += bytes;
  return part;
}
