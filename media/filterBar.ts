import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-option/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-textfield/index.js";
import type { TemplateResult } from "lit";
import { html, LitElement, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Outcome, Side } from "../src/model/record";
import { OUTCOMES, SIDES } from "../src/model/record";
import type { LogChoices, LogFilter } from "../src/protocol/log";
import { icon } from "./logColumns";
import type { StringKey } from "./strings";
import type { Texts } from "./texts";

/** Typing asks the database once the user pauses. */
const TYPING_MS = 200;

interface Option {
  value: string;
  label: string;
}

/** The filters above the list. */
export class FilterBar extends LitElement {
  static override properties = {
    filter: { attribute: false },
    choices: { attribute: false },
    texts: { attribute: false },
  };

  filter: LogFilter = {};
  choices!: LogChoices;
  texts!: Texts;
  filtered!: (filter: LogFilter) => void;
  private typing: ReturnType<typeof setTimeout> | undefined;
  /** What was typed and is not part of the filter yet. */
  private typed: Partial<Pick<LogFilter, "text" | "record">> = {};
  /** The lists hold a hundred elements, and nobody opens one before the rows can be read. */
  private isFilled = false;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.typing);
  }

  protected override firstUpdated(): void {
    requestAnimationFrame(() => setTimeout(() => this.fill()));
  }

  private fill(): void {
    this.isFilled = true;
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    const { texts, filter } = this;
    const active = Object.keys(filter).length > 0;
    return html`<div class="filters" role="search" aria-label=${texts.say("filters")}>
      ${this.textField("text", "filter.text", "search")}
      ${this.textField("record", "filter.record", "person")}
      ${this.select("filter.cycle", this.cycles(), String(filter.cycle ?? ""), (value) =>
        this.put({ cycle: value ? Number(value) : undefined }),
      )}
      ${this.select("filter.side", this.sides(), filter.side ?? "", (value) =>
        this.put({ side: value ? (value as Side) : undefined }),
      )}
      ${this.select("filter.outcome", this.outcomes(), filter.outcomes?.[0] ?? "", (value) =>
        this.put({ outcomes: value ? [value as Outcome] : undefined }),
      )}
      ${this.select("filter.field", this.fields(), filter.field ?? "", (value) =>
        this.put({ field: value || undefined }),
      )}
      <vscode-checkbox
        label=${texts.say("filter.conflicts")}
        .checked=${filter.conflictsOnly ?? false}
        @change=${(event: Event) =>
          this.put({
            conflictsOnly: (event.target as HTMLInputElement).checked ? true : undefined,
          })}
      ></vscode-checkbox>
      ${
        active
          ? html`<vscode-button class="clear" ?secondary=${true} @click=${this.clear}
              >${texts.say("filter.clear")}</vscode-button
            >`
          : nothing
      }
    </div>`;
  }

  private textField(part: "text" | "record", key: StringKey, symbol: string): TemplateResult {
    const label = this.texts.say(key);
    return html`<vscode-textfield
      class="filter-${part}"
      label=${label}
      title=${label}
      placeholder=${label}
      .value=${this.typed[part] ?? this.filter[part] ?? ""}
      @input=${(event: Event) => this.type(part, (event.target as HTMLInputElement).value)}
    >
      <span slot="content-before">${icon(symbol)}</span>
    </vscode-textfield>`;
  }

  private select(
    key: StringKey,
    options: readonly Option[],
    value: string,
    choose: (value: string) => void,
  ): TemplateResult {
    const label = this.texts.say(key);
    const shown = this.isFilled ? options : options.filter((option) => option.value === value);
    return html`<vscode-single-select
      label=${label}
      title=${label}
      .value=${value}
      @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}
    >
      ${repeat(
        shown,
        (option) => option.value,
        (option) =>
          html`<vscode-option value=${option.value} ?selected=${option.value === value}
            >${option.label}</vscode-option
          >`,
      )}
    </vscode-single-select>`;
  }

  private cycles(): Option[] {
    const { texts } = this;
    const cycles = this.choices.cycles.map(({ cycle, startedAt }) => ({
      value: String(cycle),
      label: texts.say("filter.cycle.one", String(cycle), texts.time(startedAt)),
    }));
    return [{ value: "", label: texts.say("filter.cycle.all") }, ...cycles];
  }

  private sides(): Option[] {
    const sides = SIDES.map((side) => ({ value: side, label: this.texts.say(`side.${side}`) }));
    return [{ value: "", label: this.texts.say("filter.side.all") }, ...sides];
  }

  private outcomes(): Option[] {
    const outcomes = OUTCOMES.map((outcome) => ({
      value: outcome,
      label: this.texts.say(`outcome.${outcome}`),
    }));
    return [{ value: "", label: this.texts.say("filter.outcome.all") }, ...outcomes];
  }

  private fields(): Option[] {
    const fields = this.choices.fields.map(({ name, label }) => ({ value: name, label }));
    return [{ value: "", label: this.texts.say("filter.field.all") }, ...fields];
  }

  private type(part: "text" | "record", text: string): void {
    this.typed = { ...this.typed, [part]: text };
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.put({}), TYPING_MS);
  }

  private readonly clear = (): void => {
    clearTimeout(this.typing);
    this.typed = {};
    this.filtered({});
  };

  /** Adds what was typed meanwhile, and leaves out what does not restrict. */
  private put(change: LogFilter): void {
    clearTimeout(this.typing);
    const typed = Object.entries(this.typed).map(([part, text]) => [
      part,
      text.trim() || undefined,
    ]);
    this.typed = {};
    const all = { ...this.filter, ...Object.fromEntries(typed), ...change };
    this.filtered(
      Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    );
  }
}

customElements.define("filter-bar", FilterBar);
