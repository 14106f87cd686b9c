/** A value that depends on the width of an element, which is drawn again when the value changes. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export class Sized<T> implements ReactiveController {
  /** The value for the width now; `initial` before the element is laid out. */
  value: T;
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #observer: ResizeObserver;

  /** `of`: asked with the inner width in pixels whenever the element has another size. */
  constructor(host: ReactiveControllerHost & HTMLElement, initial: T, of: (width: number) => T) {
    this.#host = host;
    this.value = initial;
    this.#observer = new ResizeObserver(() => {
      const value = of(host.clientWidth);
      if (value === this.value) return;
      this.value = value;
      host.requestUpdate();
    });
    host.addController(this);
  }

  hostConnected(): void {
    this.#observer.observe(this.#host);
  }

  hostDisconnected(): void {
    this.#observer.disconnect();
  }
}
