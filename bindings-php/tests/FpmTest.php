<?php

declare(strict_types=1);

namespace DingtalkExtcontact\Tests;

use PHPUnit\Framework\TestCase;

/**
 * Both recipes of the README, with php-fpm behind nginx.
 *
 * @group fpm
 */
final class FpmTest extends TestCase
{
    private const PAGE = <<<'PHP'
        <?php
        declare(strict_types=1);
        ini_get('opcache.preload') || require getenv('AUTOLOAD');
        $client = DingtalkExtcontact\Client::fromEnv(shared: true, rate: 0);
        $status = $client->delete($_GET['id'])->status;
        echo json_encode(['status' => $status, 'process' => getmypid()]);
        PHP;

    private string $folder;
    /** @var list<resource> */
    private array $servers = [];

    protected function setUp(): void
    {
        $this->folder = sys_get_temp_dir() . '/dtx-fpm-' . getmypid();
        mkdir($this->folder);
        chmod($this->folder, 0755);
    }

    protected function tearDown(): void
    {
        foreach ($this->servers as $server) {
            proc_terminate($server);
            proc_close($server);
        }
        exec('rm -rf ' . escapeshellarg($this->folder));
    }

    /** @dataProvider recipes */
    public function testAWorkerKeepsItsClient(string ...$settings): void
    {
        $fpm = glob('/usr/sbin/php-fpm*')[0];
        $sandbox = Sandbox::dingtalk();
        $this->serve($fpm, $sandbox->app(), $settings);
        $answers = $said = [];
        foreach (\array_slice($sandbox->ids(), 0, 6) as $id) {
            $said[] = $this->get("/?id=$id");
            $answers[] = json_decode(explode("\r\n\r\n", end($said))[1], true);
        }
        $log = implode("\n", $said) . file_get_contents("$this->folder/fpm.log");
        $this->assertSame(['deleted'], array_values(array_unique(array_column($answers, 'status'))), $log);
        $this->assertCount(1, array_unique(array_column($answers, 'process')));
        // Each request but the first has the client of the first, and its token.
        $this->assertSame(7, $sandbox->requests());
    }

    public function testSaysWhatToSetWhereNothingIsPreloaded(): void
    {
        $this->serve(glob('/usr/sbin/php-fpm*')[0], [], ['display_errors=1', 'html_errors=0']);
        $this->assertMatchesRegularExpression('~PHP keeps .* as ffi\.enable is "preload": set ffi\.enable = true in /\S*php\.ini, '
            . 'or ffi\.enable = preload and opcache\.preload = /\S*/preload\.php~', $this->get('/?id=1'));
    }

    /**
     * @param array<string, string> $environment
     * @param list<string> $settings of php.ini
     */
    private function serve(string $fpm, array $environment, array $settings): void
    {
        file_put_contents("$this->folder/page.php", self::PAGE);
        $header = (string) file_get_contents(__DIR__ . '/../dingtalk_extcontact_ffi.h');
        preg_match('/FFI_LIB "(.*)"/', $header, $library);
        Sandbox::package("$this->folder/package");
        if (!preg_grep('/PACKAGE/', $settings)) {
            symlink(Sandbox::built('libdingtalk_extcontact.so'), "$this->folder/$library[1]");
        }
        $root = posix_geteuid() === 0;
        $user = posix_getpwuid(posix_geteuid())['name'];
        $pool = "[global]\nerror_log = $this->folder/fpm.log\n[www]\nlisten = $this->folder/fpm.sock\n"
            . "pm = static\npm.max_children = 1\n" . ($root ? "user = $user\n" : '');
        foreach ($environment + ['AUTOLOAD' => __DIR__ . '/autoload.php'] as $name => $value) {
            $pool .= "env[$name] = $value\n";
        }
        file_put_contents("$this->folder/fpm.conf", $pool);
        file_put_contents("$this->folder/nginx.conf", ($root ? "user $user;\n" : '') . <<<CONF
            daemon off;
            pid $this->folder/nginx.pid;
            events {}
            http {
                access_log off;
                client_body_temp_path $this->folder/body;
                fastcgi_temp_path $this->folder/fastcgi;
                proxy_temp_path $this->folder/proxy;
                scgi_temp_path $this->folder/scgi;
                uwsgi_temp_path $this->folder/uwsgi;
                server {
                    listen unix:$this->folder/http.sock;
                    location / {
                        include /etc/nginx/fastcgi_params;
                        fastcgi_param SCRIPT_FILENAME $this->folder/page.php;
                        fastcgi_pass unix:$this->folder/fpm.sock;
                    }
                }
            }
            CONF);
        $words = [$fpm, '-F', '-y', "$this->folder/fpm.conf", ...($root ? ['-R'] : [])];
        foreach ($settings as $setting) {
            array_push($words, '-d', strtr($setting, ['USER' => $user, 'PACKAGE' => "$this->folder/package"]));
        }
        $this->start($words, 'fpm.sock', ['LD_LIBRARY_PATH' => $this->folder, 'PATH' => getenv('PATH')]);
        $nginx = ['/usr/sbin/nginx', '-p', $this->folder, '-e', "$this->folder/nginx.log", '-c', "$this->folder/nginx.conf"];
        $this->start($nginx, 'http.sock', null);
    }

    /**
     * Until it listens.
     *
     * @param list<string> $words
     * @param ?array<string, string> $environment
     */
    private function start(array $words, string $socket, ?array $environment): void
    {
        $log = ['file', "$this->folder/fpm.log", 'a'];
        $this->servers[] = $server = proc_open($words, [1 => $log, 2 => $log], $pipes, $this->folder, $environment);
        while (!@stream_socket_client("unix://$this->folder/$socket")) {
            if (!proc_get_status($server)['running']) {
                $this->fail((string) file_get_contents("$this->folder/fpm.log"));
            }
            usleep(1000);
        }
    }

    private function get(string $path): string
    {
        $connection = stream_socket_client("unix://$this->folder/http.sock");
        fwrite($connection, "GET $path HTTP/1.0\r\nHost: localhost\r\n\r\n");
        return (string) stream_get_contents($connection);
    }

    /** @return array<string, list<string>> */
    public function recipes(): array
    {
        $root = \dirname(__DIR__);
        return [
            'preload' => [
                'ffi.enable=preload',
                "opcache.preload=$root/preload.php",
                "ffi.preload=$root/dingtalk_extcontact_ffi.h",
                'opcache.preload_user=USER',
            ],
            'preload, and the library in the package' => [
                'ffi.enable=preload',
                'opcache.preload=PACKAGE/preload.php',
                'opcache.preload_user=USER',
            ],
            'enabled' => ['ffi.enable=true'],
        ];
    }
}
