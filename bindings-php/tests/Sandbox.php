<?php

declare(strict_types=1);

namespace DingtalkExtcontact\Tests;

/** A program of the project that serves until its standard input ends, such as the sandbox. */
final class Sandbox
{
    /** @var array<string, mixed> what it says of itself */
    public readonly array $described;
    /** @var resource */
    private $process;
    /** @var array<int, resource> */
    private array $pipes = [];
    /** @var resource */
    private $log;

    public function __construct(string $program, string ...$arguments)
    {
        $command = [self::built($program), ...$arguments];
        $this->log = tmpfile();
        $this->process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], $this->log], $this->pipes);
        $this->described = json_decode((string) fgets($this->pipes[1]), true);
    }

    public static function dingtalk(string $faults = '', string $rate = 'none'): self
    {
        return new self('dingtalk-extcontact', 'sandbox', '--until-stdin-closes', '--contacts', '60', '--rate', $rate,
            '--faults', $faults);
    }

    public function __destruct()
    {
        $this->stop();
    }

    public function stop(): void
    {
        if ($this->pipes) {
            array_map('fclose', $this->pipes);
            $this->pipes = [];
            proc_close($this->process);
        }
    }

    /** How many requests the sandbox has seen, whatever came of them; it stops for that. */
    public function requests(): int
    {
        $this->stop();
        rewind($this->log);
        preg_match('/requests: (\d+)/', (string) stream_get_contents($this->log), $found);
        return (int) $found[1];
    }

    /** @return array{DINGTALK_ENDPOINT: string, DINGTALK_APP_KEY: string, DINGTALK_APP_SECRET: string} */
    public function app(): array
    {
        ['url' => $url, 'app_key' => $key, 'app_secret' => $secret] = $this->described;
        return ['DINGTALK_ENDPOINT' => $url, 'DINGTALK_APP_KEY' => $key, 'DINGTALK_APP_SECRET' => $secret];
    }

    /** A file in the folder that cargo has built into. */
    public static function built(string $name): string
    {
        return getenv('DTX_BUILT') . "/$name";
    }

    /** The package as it is handed out, in a new folder: without tests, and with the C library for this system. */
    public static function package(string $folder): void
    {
        mkdir($native = $folder . '/native/' . php_uname('m') . '-unknown-linux-gnu', recursive: true);
        symlink(self::built('libdingtalk_extcontact.so'), "$native/libdingtalk_extcontact.so");
        foreach (['composer.json', 'dingtalk_extcontact_ffi.h', 'preload.php', 'src'] as $part) {
            exec('cp -rL ' . escapeshellarg(\dirname(__DIR__) . "/$part") . ' ' . escapeshellarg($folder));
        }
    }

    /** @return array{accessToken: string, endpoint: string} */
    public function options(): array
    {
        return ['accessToken' => $this->described['access_token'], 'endpoint' => $this->described['url']];
    }

    /** @return list<string> the ids of contacts that are there */
    public function ids(): array
    {
        return $this->described['user_ids'];
    }
}
