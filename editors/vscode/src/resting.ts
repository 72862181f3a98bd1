/** Tells where something has come to rest: `pauseMs` after the last move, and once for the same place. */
export class Resting<Place> {
  readonly #pauseMs: number;
  readonly #tell: (place: Place) => void;
  #timer: NodeJS.Timeout | undefined;
  #last = "";

  constructor(pauseMs: number, tell: (place: Place) => void) {
    this.#pauseMs = pauseMs;
    this.#tell = tell;
  }

  /** It moves; `where` says at the end of the pause where it is, or undefined for nowhere. */
  moved(where: () => Place | undefined): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const place = where();
      const now = JSON.stringify(place);
      if (place !== undefined && now !== this.#last) {
        this.#last = now;
        this.#tell(place);
      }
    }, this.#pauseMs);
  }

  /** Whoever is told now has not heard anything yet. */
  forget(): void {
    this.#last = "";
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
