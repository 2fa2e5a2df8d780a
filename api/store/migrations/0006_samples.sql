CREATE TABLE `samples` (
	`account` text NOT NULL,
	`script` text NOT NULL,
	`name` text NOT NULL,
	`place` text NOT NULL,
	`data` text NOT NULL,
	`updated_at` text NOT NULL,
	PRIMARY KEY(`account`, `script`, `name`),
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`script`) REFERENCES `scripts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `samples_script` ON `samples` (`script`);