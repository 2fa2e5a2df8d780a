// Templates of the account: what its mails, SMS and alerts look like.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { z } from "zod";
import {
  Template,
  TEMPLATE_PARTS,
  TemplateSummary,
  type TemplatePart,
  type TemplateParts,
} from "../../schemas/template.ts";
import { get, send } from "../api.ts";
import { part } from "../path-part.ts";
import { shortTime } from "../format.ts";
import { useLoaded } from "../loaded.ts";
import { DeleteButton, Dialog } from "../parts/dialog.tsx";
import { DialogForm } from "../parts/dialog-form.tsx";
import { CodeField, TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty, Page, Shown } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";

export function TemplatesPage(): JSX.Element {
  const list = useLoaded((signal) => get("/templates", z.array(TemplateSummary), signal), []);
  const [edited, setEdited] = useState<{ name: string | null } | null>(null);
  const add = (
    <button type="button" class="primary" onClick={() => setEdited({ name: null })}>
      <Icon name="plus" />
      New template
    </button>
  );
  return (
    <Page title="Templates" lead="What mails, SMS and alerts of scripts look like" actions={add}>
      <Shown of={list}>
        {(templates) =>
          templates.length === 0 ? (
            <Empty title="No templates yet" action={add}>
              A template has places for variables, as <code>{"{{name}}"}</code>. Scripts name it
              where they send a mail or an SMS; alerts use the one called <code>alert</code>.
            </Empty>
          ) : (
            <TemplateTable
              templates={templates}
              onEdit={(name) => setEdited({ name })}
              onChanged={list.reload}
            />
          )
        }
      </Shown>
      {edited !== null && (
        <TemplateDialog name={edited.name} onClose={() => setEdited(null)} onSaved={list.reload} />
      )}
    </Page>
  );
}

type TableProps = {
  templates: TemplateSummary[];
  onEdit: (name: string) => void;
  onChanged: () => void;
};

function TemplateTable({ templates, onEdit, onChanged }: TableProps): JSX.Element {
  return (
    <Table columns={["Template", { name: "Changed", class: "wide-only" }]} hasActions>
      {templates.map(({ name, updatedAt }) => (
        <tr key={name}>
          <td>
            <button type="button" class="link" onClick={() => onEdit(name)}>
              {name}
            </button>
          </td>
          <td class="wide-only muted">{shortTime(updatedAt)}</td>
          <td class="row-actions">
            <DeleteButton
              title={`Delete ${name}?`}
              path={`/templates/${part(name)}`}
              onDeleted={onChanged}
            >
              Scripts that name it fail to send. It cannot be brought back.
            </DeleteButton>
          </td>
        </tr>
      ))}
    </Table>
  );
}

type DialogProps = { name: string | null; onClose: () => void; onSaved: () => void };

function TemplateDialog({ name, onClose, onSaved }: DialogProps): JSX.Element {
  const template = useLoaded<Template | null>(
    async (signal) =>
      name === null ? null : await get(`/templates/${part(name)}`, Template, signal),
    [name],
  );
  return (
    <Dialog title={name ?? "New template"} onClose={onClose}>
      <Shown of={template}>
        {(value) => <TemplateForm template={value} onClose={onClose} onSaved={onSaved} />}
      </Shown>
    </Dialog>
  );
}

const LABELS: Record<TemplatePart, string> = {
  subject: "Subject",
  text: "Text",
  html: "HTML",
  sms: "SMS",
};

function partsOf(template: Template | null): TemplateParts {
  if (template === null) return { subject: "", text: "", html: "", sms: "" };
  const { subject, text, html, sms } = template;
  return { subject, text, html, sms };
}

type FormProps = { template: Template | null; onClose: () => void; onSaved: () => void };

function TemplateForm({ template, onClose, onSaved }: FormProps): JSX.Element {
  const [name, setName] = useState(template?.name ?? "");
  const [parts, setParts] = useState(partsOf(template));
  const submit = async (): Promise<void> => {
    await send({ method: "PUT", path: `/templates/${part(name)}`, body: parts }, Template);
    onSaved();
    onClose();
  };
  return (
    <DialogForm label="Save" onClose={onClose} submit={submit}>
      {template === null && (
        <TextField label="Name" value={name} onValue={setName} required placeholder="alert" />
      )}
      {TEMPLATE_PARTS.map((one) => (
        <CodeField
          key={one}
          label={LABELS[one]}
          rows={one === "subject" ? 1 : 4}
          value={parts[one]}
          onValue={(text) => setParts({ ...parts, [one]: text })}
        />
      ))}
    </DialogForm>
  );
}
