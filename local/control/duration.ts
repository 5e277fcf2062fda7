const units = { D: 86_400_000, H: 3_600_000, M: 60_000, S: 1_000 };
const pattern =
  /^P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** A duration of ISO 8601 in days, hours, minutes and seconds, as `PT1H30M`, in milliseconds; undefined of any other text. */
export function parseDuration(text: unknown): number | undefined {
  const parts = typeof text === 'string' ? pattern.exec(text)?.slice(1) : undefined;
  if (!parts?.some((part) => part !== undefined)) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0));
  return Math.round(days * units.D + hours * units.H + minutes * units.M + seconds * units.S);
}
