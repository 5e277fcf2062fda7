import { FaultNote } from '../parts/surface.tsx';
import type { LoadedPoints } from './use-points.ts';

/** How much of the points has come, or why they do not; takes its place even where there is nothing to say. */
export function PointsProgress({ of: { progress, fault, retry } }: { of: LoadedPoints }) {
  return (
    <>
      {fault !== undefined && <FaultNote fault={fault} retry={retry} />}
      <div class="progress">
        {progress < 1 && fault === undefined && <progress value={progress} aria-label="Loading points" />}
      </div>
    </>
  );
}
