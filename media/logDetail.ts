import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import type { TemplateResult } from "lit";
import { html, LitElement, nothing } from "lit";
import type { Activity, ActivityChange } from "../src/model/activity";
import type { FieldValue } from "../src/model/record";
import { outcome } from "./logColumns";
import type { StringKey } from "./strings";
import type { Texts } from "./texts";

export type DetailAction = "openDynamics" | "openMarketo" | "compare" | "copy" | "close";

/** Everything that is known about one activity. */
export class LogDetail extends LitElement {
  static override properties = {
    activity: { attribute: false },
    texts: { attribute: false },
  };

  activity!: Activity;
  texts!: Texts;
  act!: (action: DetailAction) => void;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { activity, texts } = this;
    const title = texts.record(activity);
    return html`<section
      class="detail"
      aria-label=${texts.say("detail.title", title)}
      @keydown=${this.onKey}
    >
      <header class="detail-head">
        <h2>${title}</h2>
        <vscode-toolbar-button
          icon="close"
          label=${texts.say("detail.close")}
          title=${texts.say("detail.close")}
          @click=${() => this.act("close")}
        ></vscode-toolbar-button>
      </header>
      <div class="detail-body" tabindex="0">
        <p class="detail-outcome">
          ${outcome(activity.outcome, texts)}<span class="separator">·</span
          ><span>${texts.say(`reason.${activity.reason}`)}</span>
        </p>
        <p class="detail-rule">${texts.say(`rule.${activity.reason}`)}</p>
        ${
          activity.error
            ? html`<p class="detail-error">
                <code>${activity.error.code}</code> ${activity.error.message}
              </p>`
            : nothing
        }
        ${this.actions()}
        ${activity.changes.length > 0 ? this.changes() : html`<p>${texts.say("detail.noFields")}</p>`}
        ${this.facts()}
      </div>
    </section>`;
  }

  private actions(): TemplateResult {
    const { activity, texts } = this;
    const button = (action: DetailAction, icon: string, key: StringKey) =>
      html`<vscode-button ?secondary=${true} icon=${icon} @click=${() => this.act(action)}
        >${texts.say(key)}</vscode-button
      >`;
    return html`<div class="detail-actions">
      ${
        activity.dynamicsId === null
          ? nothing
          : button("openDynamics", "link-external", "detail.open.dynamics")
      }
      ${
        activity.personId === null
          ? nothing
          : button("openMarketo", "link-external", "detail.open.marketo")
      }
      ${activity.changes.length > 0 ? button("compare", "diff", "detail.compare") : nothing}
      ${button("copy", "copy", "detail.copy")}
    </div>`;
  }

  private changes(): TemplateResult {
    const { activity, texts } = this;
    const lost = activity.changes.some((change) => change.lost !== undefined);
    const head = (key: StringKey) => html`<th scope="col">${texts.say(key)}</th>`;
    return html`<table class="detail-changes">
      <caption class="hidden">
        ${texts.say("detail.fields")}
      </caption>
      <thead>
        <tr>
          ${head("detail.field")}${head("detail.before")}${head("detail.after")}
          ${lost ? head("detail.lost") : nothing}${head("detail.to")}
        </tr>
      </thead>
      <tbody>
        ${activity.changes.map((change) => this.change(change, lost))}
      </tbody>
    </table>`;
  }

  private change(change: ActivityChange, lost: boolean): TemplateResult {
    const { texts } = this;
    return html`<tr>
      <th scope="row" title=${change.field}>${texts.field(change.field)}</th>
      <td class="before">${this.value(change.before)}</td>
      <td class="after">${this.value(change.after)}</td>
      ${
        lost
          ? html`<td class="lost">${change.lost === undefined ? "" : this.value(change.lost)}</td>`
          : nothing
      }
      <td class="to">${texts.say(`side.${change.to}`)}</td>
    </tr>`;
  }

  /** A value is text and nothing else, whatever it contains. */
  private value(value: FieldValue | undefined): TemplateResult {
    const { texts } = this;
    if (value === undefined) return html`<em>${texts.say("detail.unknown")}</em>`;
    if (value === null || value === "") return html`<em>${texts.say("value.empty")}</em>`;
    return html`<span class="value">${texts.value(value)}</span>`;
  }

  private facts(): TemplateResult {
    return html`<dl class="detail-facts">
      ${factsOf(this.activity, this.texts).map(
        ([key, value]) =>
          html`<dt>${this.texts.say(key)}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>`;
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.act("close");
  };
}

function factsOf(activity: Activity, texts: Texts): [StringKey, string][] {
  const unknown = texts.say("detail.unknown");
  const time = (instant: string | null) =>
    instant === null ? unknown : `${texts.time(instant)} (${instant})`;
  return [
    ["detail.time", time(activity.time)],
    ["detail.changed.dynamics", time(activity.changedAt.dynamics)],
    ["detail.changed.marketo", time(activity.changedAt.marketo)],
    ["detail.dynamicsId", activity.dynamicsId ?? unknown],
    ["detail.personId", activity.personId === null ? unknown : String(activity.personId)],
    ["detail.request", activity.requestId ?? unknown],
    ["detail.cycle", String(activity.cycle)],
    ["detail.pair", activity.pair],
  ];
}

/** The details as plain text, for the clipboard. */
export function detailText(activity: Activity, texts: Texts): string {
  const value = (of: FieldValue | undefined) =>
    of === undefined ? texts.say("detail.unknown") : texts.value(of);
  const changes = activity.changes.map((change) => {
    const lost =
      change.lost === undefined ? "" : ` (${texts.say("detail.lost")}: ${value(change.lost)})`;
    const to = texts.say(`side.${change.to}`);
    return `${texts.field(change.field)} → ${to}: ${value(change.before)} → ${value(change.after)}${lost}`;
  });
  const error = activity.error ? [`${activity.error.code}: ${activity.error.message}`] : [];
  return [
    `${texts.record(activity)} · ${texts.say(`outcome.${activity.outcome}`)} · ${texts.say(`reason.${activity.reason}`)}`,
    texts.say(`rule.${activity.reason}`),
    ...error,
    ...changes,
    ...factsOf(activity, texts).map(([key, fact]) => `${texts.say(key)}: ${fact}`),
  ].join("\n");
}

customElements.define("log-detail", LogDetail);
