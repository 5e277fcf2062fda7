/** A page of a day names about this many devices: a few KB, so that a device's month is small reads. */
export const pageDevices = 64;
/** Pages are numbered by three digits; a day of more devices has fuller pages. */
export const dayPagesMax = 512;

/**
 * How many pages the devices of a day are spread over. 0: they stand in the day's head. Otherwise a power of
 * two, so that a device's page depends on as few hash bits as can be.
 */
export function dayPages(devices: number): number {
  if (devices <= pageDevices) return 0;
  let pages = 2;
  while (pages < dayPagesMax && devices > pages * pageDevices) pages *= 2;
  return pages;
}

/**
 * The page of a device, 1 to `pages`; 0, the head, where there are none. Part of the stored layout: FNV-1a over
 * UTF-16 units, finished as MurmurHash3 does, since FNV alone leaves the low bits of similar ids alike.
 */
export function devicePage(deviceId: string, pages: number): number {
  if (pages === 0) return 0;
  let hash = 0x811c9dc5;
  for (let at = 0; at < deviceId.length; at += 1) {
    hash = Math.imul(hash ^ deviceId.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) & (pages - 1)) + 1;
}
