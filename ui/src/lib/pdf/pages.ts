/**
 * The pages of a PDF, drawn by pdf.js. Only what shows pages imports this, and only once they are asked for.
 *
 * The file may be hostile. It is parsed in a worker, which ends with the view and after {@link PATIENCE_MS}; drawing
 * happens on a canvas of the page. Nothing is fetched: bytes come from the shell, and character maps and fonts that a
 * file names instead of holding them are modules of the program. pdf.js evaluates no code since version 5, and its
 * scripting of forms, which is a file of its own, is not shipped.
 */
import { getDocument, GlobalWorkerOptions, TextLayer, type PDFDocumentProxy, type RenderTask } from "pdfjs-dist/legacy/build/pdf.mjs";
import jbig2Url from "pdfjs-dist/wasm/jbig2_nowasm_fallback.js?url";
import openjpegUrl from "pdfjs-dist/wasm/openjpeg_nowasm_fallback.js?url";
import workerUrl from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import { TooSlow } from "./failure";
import { LocalFiles } from "./files";
import { mark } from "./mark";

/** A page that takes longer is not shown. */
const PATIENCE_MS = 30_000;
/** Pixels that a page is drawn with at most: canvases of more are not drawn everywhere, and take hundreds of megabytes. */
const MOST_PIXELS = 24_000_000;
/** A picture in a page of more pixels is left out. */
const MOST_IMAGE_PIXELS = 64_000_000;

/** The folder that the worker loads the decoders from; both lie there. */
const DECODERS = [jbig2Url, openjpegUrl].map((url) => new URL(".", new URL(url, document.baseURI)).href)[0]!;

export interface Size {
  width: number;
  height: number;
}

/** Where a page is drawn. */
export interface Place {
  canvas: HTMLCanvasElement;
  /** Takes the page's text, unseen, to be selected and marked. */
  text: HTMLElement;
}

/** One open PDF. */
export class Pages {
  #worker: Worker;
  #document: PDFDocumentProxy | null = null;
  /** Tells a drawing from those that were asked for after it. */
  #serial = 0;
  #drawing: RenderTask | null = null;
  #layer: TextLayer | null = null;

  constructor() {
    this.#worker = new Worker(workerUrl, { type: "module" });
  }

  /** The number of pages. The bytes are the worker's from then on. */
  async open(bytes: ArrayBuffer): Promise<number> {
    GlobalWorkerOptions.workerPort = this.#worker;
    const task = getDocument({
      data: new Uint8Array(bytes),
      BinaryDataFactory: LocalFiles,
      cMapUrl: "cmaps/",
      standardFontDataUrl: "fonts/",
      // Decoders in WebAssembly want a CSP that lets code be compiled; those in JavaScript are files of the program.
      wasmUrl: DECODERS,
      useWasm: false,
      useWorkerFetch: false,
      isImageDecoderSupported: false,
      maxImageSize: MOST_IMAGE_PIXELS,
      canvasMaxAreaInBytes: MOST_PIXELS * 4,
      enableXfa: false,
      verbosity: 0,
    });
    this.#document = await this.#soon(task.promise);
    return this.#document.numPages;
  }

  /** A page's size at a scale of 1, in CSS pixels as a viewer shows it at 100 %. */
  async size(number: number): Promise<Size> {
    const page = await this.#page(number);
    const { width, height } = page.getViewport({ scale: CSS_PER_POINT });
    return { width, height };
  }

  /** Draws a page in place of what was there, and marks the quoted words. Whether they stand there as its text. */
  async draw(number: number, scale: number, quote: string, { canvas, text }: Place): Promise<boolean> {
    this.#stop();
    const serial = ++this.#serial;
    const page = await this.#page(number);
    // Two may not be drawn on one canvas at a time.
    if (serial !== this.#serial) throw new Error("overtaken");
    const viewport = page.getViewport({ scale: scale * CSS_PER_POINT });
    const density = Math.min(window.devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / (viewport.width * viewport.height)));
    canvas.width = Math.max(1, Math.floor(viewport.width * density));
    canvas.height = Math.max(1, Math.floor(viewport.height * density));
    const transform = density === 1 ? undefined : [density, 0, 0, density, 0, 0];
    this.#drawing = page.render({ canvas, viewport, transform });
    await this.#soon(this.#drawing.promise);
    text.replaceChildren();
    text.style.setProperty("--total-scale-factor", String(viewport.scale));
    this.#layer = new TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport });
    await this.#soon(this.#layer.render());
    return mark(this.#layer.textDivs, this.#layer.textContentItemsStr, quote);
  }

  /** Ends the worker, whatever it is doing. */
  close(): void {
    this.#stop();
    this.#worker.terminate();
  }

  #stop(): void {
    this.#drawing?.cancel();
    this.#layer?.cancel();
    this.#drawing = this.#layer = null;
  }

  #page(number: number) {
    if (!this.#document) throw new Error("not open");
    return this.#soon(this.#document.getPage(number));
  }

  /** A worker that does not answer in time is ended. */
  async #soon<T>(work: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#worker.terminate();
        reject(new TooSlow(`${PATIENCE_MS} ms`));
      }, PATIENCE_MS);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A point is 1/72 inch, a CSS pixel 1/96. */
const CSS_PER_POINT = 96 / 72;
