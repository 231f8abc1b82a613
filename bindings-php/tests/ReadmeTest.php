<?php

declare(strict_types=1);

namespace DingtalkExtcontact\Tests;

use PHPUnit\Framework\TestCase;

/** What the README shows runs as it stands. */
final class ReadmeTest extends TestCase
{
    public function testBlocks(): void
    {
        preg_match_all('/^```php\n(.*?)^```$/ms', (string) file_get_contents(__DIR__ . '/../README.md'), $blocks);
        $this->assertGreaterThan(4, \count($blocks[1]));
        $folder = sys_get_temp_dir() . '/dtx-readme-' . getmypid();
        mkdir("$folder/vendor", recursive: true);
        file_put_contents("$folder/vendor/autoload.php", '<?php require ' . var_export(__DIR__ . '/autoload.php', true) . ';');
        try {
            foreach ($blocks[1] as $block) {
                $sandbox = Sandbox::dingtalk();
                file_put_contents("$folder/block.php", str_starts_with($block, '<?php') ? $block
                    : "<?php require 'vendor/autoload.php';\n$block");
                $process = proc_open([PHP_BINARY, '-d', 'display_errors=stderr', 'block.php'],
                    [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes, $folder, $sandbox->app() + getenv());
                $said = stream_get_contents($pipes[1]);
                $complained = stream_get_contents($pipes[2]);
                $this->assertSame(['', 0], [$complained, proc_close($process)], "$block\n$said");
                $this->assertNotSame('', $said, $block);
            }
        } finally {
            exec('rm -rf ' . escapeshellarg($folder));
        }
    }
}
