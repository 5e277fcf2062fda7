/** A stretch of time, epoch milliseconds, [from, to). */
export interface Piece {
  from: number;
  to: number;
}

/** Cuts a time into pieces of at most so many intervals, the newest first; cuts stand at whole pieces of UTC. */
export function piecesOf(from: number, to: number, intervalMs: number, intervalsMax: number): Piece[] {
  const size = intervalMs * intervalsMax;
  const pieces: Piece[] = [];
  for (let end = to; end > from; ) {
    const start = Math.max(from, Math.ceil(end / size) * size - size);
    pieces.push({ from: start, to: end });
    end = start;
  }
  return pieces;
}
