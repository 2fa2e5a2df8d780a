CREATE TABLE `accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`account` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` text NOT NULL,
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_hash_unique` ON `tokens` (`hash`);--> statement-breakpoint
CREATE INDEX `tokens_account` ON `tokens` (`account`);--> statement-breakpoint
CREATE TABLE `assignments` (
	`account` text NOT NULL,
	`place` text NOT NULL,
	`subject` text NOT NULL,
	`detail` text NOT NULL,
	`script` text NOT NULL,
	`timeout_ms` integer,
	`timeout_action` text NOT NULL,
	`on_error` text NOT NULL,
	`vars` text NOT NULL,
	`vars_json` text NOT NULL,
	`updated_at` text NOT NULL,
	PRIMARY KEY(`account`, `place`, `subject`, `detail`),
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`script`) REFERENCES `scripts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `assignments_script` ON `assignments` (`script`);--> statement-breakpoint
CREATE TABLE `customers` (
	`account` text NOT NULL,
	`id` text NOT NULL,
	`vars` text NOT NULL,
	`vars_json` text NOT NULL,
	`updated_at` text NOT NULL,
	PRIMARY KEY(`account`, `id`),
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `revision` (
	`id` integer PRIMARY KEY NOT NULL,
	`value` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `releases` (
	`script` text NOT NULL,
	`version` integer NOT NULL,
	`id` text NOT NULL,
	`source` text NOT NULL,
	`code` text NOT NULL,
	`source_map` text NOT NULL,
	`lints` text NOT NULL,
	`note` text,
	`created_at` text NOT NULL,
	PRIMARY KEY(`script`, `version`),
	FOREIGN KEY (`script`) REFERENCES `scripts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `releases_id` ON `releases` (`id`);--> statement-breakpoint
CREATE TABLE `scripts` (
	`id` text PRIMARY KEY NOT NULL,
	`account` text NOT NULL,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`limits` text NOT NULL,
	`isolation` text,
	`egress` text,
	`live` integer,
	`pardons` integer DEFAULT 0 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `scripts_account_name` ON `scripts` (`account`,`name`);