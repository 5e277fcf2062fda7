import { signal } from '@preact/signals';
import { type Place, placeOf } from './place.ts';

/** Where the person is. Follows the address, so that the back button works and every view can be linked to. */
export const place = signal<Place>(placeOf(location.hash));

addEventListener('hashchange', () => {
  place.value = placeOf(location.hash);
});

/** Goes there as a link does. */
export const go = (hash: string): void => {
  location.hash = hash;
};

/** Says in the address what was chosen in the view, without a step that the back button would stop at. */
export function restate(hash: string): void {
  history.replaceState(null, '', hash);
  place.value = placeOf(hash);
}
