<?php

declare(strict_types=1);

namespace DingtalkExtcontact\Tests;

use PHPUnit\Framework\TestCase;

/**
 * The package as it is handed out, with the C library in it, in a project that has nothing else.
 *
 * @group composer
 */
final class ComposerTest extends TestCase
{
    private const PROGRAM = <<<'PHP'
        <?php
        declare(strict_types=1);
        require __DIR__ . '/vendor/autoload.php';
        echo DingtalkExtcontact\Client::fromEnv()->delete($argv[1])->status;
        PHP;

    private string $folder;

    protected function setUp(): void
    {
        $this->folder = sys_get_temp_dir() . '/dtx-composer-' . getmypid();
        mkdir("$this->folder/project", recursive: true);
    }

    protected function tearDown(): void
    {
        exec('rm -rf ' . escapeshellarg($this->folder));
    }

    public function testAnEmptyProjectInstallsItAndDeletes(): void
    {
        // As it is unpacked: with a version, which is added where it is packed.
        Sandbox::package($package = "$this->folder/project/packages/dingtalk-extcontact-php");
        $described = json_decode((string) file_get_contents("$package/composer.json"), true);
        file_put_contents("$package/composer.json", json_encode(['version' => '0.1.0'] + $described));
        $this->composer('init', '--name=some/project');
        $this->composer('config', 'repositories.packagist.org', 'false');
        preg_match('/^unzip .*\n((?:composer .*\n)+)/m', (string) file_get_contents(__DIR__ . '/../README.md'), $readme);
        foreach (explode("\n", trim($readme[1])) as $line) {
            $this->composer(...str_getcsv(substr($line, \strlen('composer ')), ' ', "'"));
        }
        file_put_contents("$this->folder/project/delete.php", self::PROGRAM);
        $sandbox = Sandbox::dingtalk();
        $id = $sandbox->ids()[0];
        $this->assertSame('deleted', $this->program([PHP_BINARY, 'delete.php', $id], $sandbox->app()));
        $this->assertSame(2, $sandbox->requests());
    }

    private function composer(string ...$words): void
    {
        $environment = ['COMPOSER_HOME' => "$this->folder/home", 'COMPOSER_ALLOW_SUPERUSER' => '1'];
        $this->program(['composer', '--no-interaction', ...$words], ['COMPOSER_DISABLE_NETWORK' => '1'] + $environment);
    }

    /**
     * @param list<string> $command
     * @param array<string, string> $environment of the program, whom nothing tells where the library is
     */
    private function program(array $command, array $environment): string
    {
        $environment += ['PATH' => (string) getenv('PATH')];
        $log = tmpfile();
        $process = proc_open($command, [1 => ['pipe', 'w'], 2 => $log], $pipes, "$this->folder/project", $environment);
        $said = (string) stream_get_contents($pipes[1]);
        rewind($log);
        $this->assertSame(0, proc_close($process), $said . stream_get_contents($log));
        return $said;
    }
}
