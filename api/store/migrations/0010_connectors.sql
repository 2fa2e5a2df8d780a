CREATE TABLE `connectors` (
	`account` text NOT NULL,
	`name` text NOT NULL,
	`url` text NOT NULL,
	`sealed_headers` text NOT NULL,
	`timeout_ms` integer NOT NULL,
	`updated_at` text NOT NULL,
	PRIMARY KEY(`account`, `name`),
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `rest_users` (
	`account` text NOT NULL,
	`name` text NOT NULL,
	`sealed_token` text,
	`updated_at` text NOT NULL,
	PRIMARY KEY(`account`, `name`),
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
