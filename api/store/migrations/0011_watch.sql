CREATE TABLE `token_uses` (
	`token` text PRIMARY KEY NOT NULL,
	`last_used_at` integer NOT NULL,
	FOREIGN KEY (`token`) REFERENCES `tokens`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `audit` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account` text NOT NULL,
	`at` integer NOT NULL,
	`token` text NOT NULL,
	`who` text NOT NULL,
	`action` text NOT NULL,
	`what` text NOT NULL,
	`detail` text,
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `audit_account` ON `audit` (`account`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_at` ON `audit` (`at`);--> statement-breakpoint
CREATE TABLE `edge_nodes` (
	`node` text PRIMARY KEY NOT NULL,
	`seen_at` integer NOT NULL,
	`state` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `invocations` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`account` text NOT NULL,
	`at` integer NOT NULL,
	`place` text NOT NULL,
	`script` text NOT NULL,
	`script_name` text NOT NULL,
	`version` integer,
	`function` text,
	`outcome` text NOT NULL,
	`decision` text,
	`sip_code` integer,
	`sip_reason` text,
	`cpu_ms` real NOT NULL,
	`wall_ms` real NOT NULL,
	`input` text,
	`output` text,
	`logs` text,
	`warnings` text,
	`error` text,
	`cut` text,
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `invocations_id_unique` ON `invocations` (`id`);--> statement-breakpoint
CREATE INDEX `invocations_account` ON `invocations` (`account`,`seq`);--> statement-breakpoint
CREATE INDEX `invocations_script` ON `invocations` (`account`,`script`,`seq`);--> statement-breakpoint
CREATE INDEX `invocations_faults` ON `invocations` (`account`,`seq`) WHERE "invocations"."outcome" <> 'ok';--> statement-breakpoint
CREATE INDEX `invocations_at` ON `invocations` (`at`);--> statement-breakpoint
CREATE TABLE `run_stats` (
	`account` text NOT NULL,
	`script` text NOT NULL,
	`step_seconds` integer NOT NULL,
	`at` integer NOT NULL,
	`node` text NOT NULL,
	`calls` integer NOT NULL,
	`kept` integer NOT NULL,
	`outcomes` text NOT NULL,
	`wall` text NOT NULL,
	`cpu` text NOT NULL,
	`cpu_ms` real NOT NULL,
	PRIMARY KEY(`account`, `script`, `step_seconds`, `at`, `node`),
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `run_stats_at` ON `run_stats` (`step_seconds`,`at`);--> statement-breakpoint
CREATE TABLE `drafts` (
	`script` text PRIMARY KEY NOT NULL,
	`code` text NOT NULL,
	`by` text NOT NULL,
	`updated_at` text NOT NULL,
	FOREIGN KEY (`script`) REFERENCES `scripts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
ALTER TABLE `releases` ADD `created_by` text;--> statement-breakpoint
-- What was written down stays as it is until it is old enough to go.
CREATE TRIGGER audit_append_only BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'The audit log is never changed'); END;
