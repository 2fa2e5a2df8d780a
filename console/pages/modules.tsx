// The npm modules that apps and drivers may require.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { z } from "zod";
import { Module } from "../../schemas/module.ts";
import { get, send } from "../api.ts";
import { bytes, plural } from "../format.ts";
import { asProblem, useLoaded } from "../loaded.ts";
import { Page, Shown } from "../parts/page.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { Table } from "../parts/table.tsx";
import { say } from "../parts/toast.tsx";
import type { Problem } from "../api.ts";

const Modules = z.array(Module);

export function ModulesPage(): JSX.Element {
  const list = useLoaded((signal) => get("/modules", Modules, signal), []);
  return (
    <Page
      title="Modules"
      lead="What apps and drivers may require. Take away what this account's scripts need not have"
    >
      <Shown of={list}>
        {(modules) => <ModuleTable modules={modules} onChanged={list.reload} />}
      </Shown>
    </Page>
  );
}

function ModuleTable({
  modules,
  onChanged,
}: {
  modules: Module[];
  onChanged: () => void;
}): JSX.Element {
  const [problem, setProblem] = useState<Problem | null>(null);
  const allow = async (name: string, isAllowed: boolean): Promise<void> => {
    const rest = modules.filter((one) => one.allowed && one.name !== name).map((one) => one.name);
    const allowed = isAllowed ? [...rest, name] : rest;
    const body = { allowed: allowed.length === modules.length ? null : allowed };
    try {
      await send({ method: "PUT", path: "/modules", body }, Modules);
      say(`${name} ${isAllowed ? "may" : "may not"} be required from now on`);
      onChanged();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <>
      {problem !== null && <ProblemNote problem={problem} />}
      <Table
        columns={[
          "Allowed",
          "Module",
          "Version",
          { name: "Size", class: "wide-only numeric" },
          { name: "How it differs from Node", class: "wide-only" },
        ]}
      >
        {modules.map((module) => (
          <Row key={module.name} module={module} onAllow={(is) => void allow(module.name, is)} />
        ))}
      </Table>
    </>
  );
}

type RowProps = { module: Module; onAllow: (isAllowed: boolean) => void };

function Row({ module, onAllow }: RowProps): JSX.Element {
  const { name, version, allowed, differences } = module;
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={`Allow ${name}`}
          checked={allowed}
          onChange={(event) => onAllow(event.currentTarget.checked)}
        />
      </td>
      <td>
        <code>{name}</code>
      </td>
      <td>{version}</td>
      <td class="wide-only numeric">{bytes(module.bytes)}</td>
      <td class="wide-only">
        {differences.length === 0 ? (
          <span class="muted">not</span>
        ) : (
          <details>
            <summary>{plural(differences.length, "way")}</summary>
            <ul>
              {differences.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </details>
        )}
      </td>
    </tr>
  );
}
